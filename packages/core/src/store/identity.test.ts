/**
 * Identities: made once, kept, shared out, and never replaced because they are wrong.
 * @module
 */

import { describe, expect, test } from "vitest";
import { bytesToHex, utf8ToBytes } from "../wire/bytes.ts";
import { createPrivateKey, loadIdentity, readPrivateKey } from "./identity.ts";
import { memoryStore } from "./memory-store.ts";
import type { Store } from "./store.ts";

const ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

/** A store that lasts and that several tabs share, as far as an identity can tell. */
function sharedStore(): Store {
  const held = new Set<number>();
  return {
    ...memoryStore(),
    volatile: undefined,
    async claim() {
      let number = 0;
      while (held.has(number)) number++;
      held.add(number);
      return { number, release: () => held.delete(number) };
    },
  };
}

const text = async (store: Store, key: string) =>
  new TextDecoder().decode((await store.get(key)) ?? new Uint8Array());

describe("an identity", () => {
  test("is made once, and is the same from then on", async () => {
    const store = memoryStore();
    const first = await loadIdentity(store);
    expect(await loadIdentity(store)).toMatchObject({ privateKey: first.privateKey });
    expect(await text(store, "identity.0")).toBe(`${bytesToHex(first.privateKey)}\n`);
    expect(await store.keys()).toEqual(["identity.0"]);
  });

  test("says whether it is kept, and why not", async () => {
    const lasting = await loadIdentity({ ...memoryStore(), volatile: undefined });
    expect(lasting).toMatchObject({ persisted: true, reason: undefined });
    const lost = await loadIdentity(memoryStore({ volatile: "storage is forbidden" }));
    expect(lost).toMatchObject({ persisted: false, reason: "storage is forbidden" });
  });

  test("is another for each of those who share a store, and is used again after them", async () => {
    const store = sharedStore();
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => loadIdentity(store)));
    const keys = [a, b, c].map((each) => bytesToHex(each!.privateKey));
    expect(new Set(keys).size).toBe(3);
    b!.release();
    expect(bytesToHex((await loadIdentity(store)).privateKey)).toBe(keys[1]);
    expect(await store.keys()).toEqual(["identity.0", "identity.1", "identity.2"]);
  });

  test("has a place of its own, where it is told", async () => {
    const store = sharedStore();
    const { privateKey } = await loadIdentity(store, { key: "relay.key" });
    expect(await readPrivateKey(store, "relay.key")).toEqual(privateKey);
    expect((await loadIdentity(store, { key: "relay.key" })).privateKey).toEqual(privateKey);
    expect(await store.keys()).toEqual(["relay.key"]);
  });

  test("is the one that came first, where two make one at once", async () => {
    const store = memoryStore();
    const [a, b] = await Promise.all([loadIdentity(store), loadIdentity(store)]);
    expect(a?.privateKey).toEqual(b?.privateKey);
  });

  test("is read as go-ethereum writes it, and from other people's editors", async () => {
    const store = memoryStore();
    for (const written of ["ab".repeat(32), "AB".repeat(32), ` ${"ab".repeat(32)}\r\n`]) {
      await store.set("k", utf8ToBytes(written));
      expect(bytesToHex((await readPrivateKey(store, "k"))!)).toBe("ab".repeat(32));
    }
  });

  test("is not made over anything", async () => {
    const store = memoryStore();
    expect(await createPrivateKey(store, "k")).toHaveLength(32);
    const before = await store.get("k");
    expect(await createPrivateKey(store, "k")).toBeUndefined();
    expect(await store.get("k")).toEqual(before);
  });

  test.each([
    ["nothing", "", "it isn't 64 hex digits"],
    ["too little", "ab".repeat(31), "it isn't 64 hex digits"],
    ["too much", "ab".repeat(33), "it isn't 64 hex digits"],
    ["much too much", `${"ab".repeat(32)}${" ".repeat(1_000)}`, "it isn't 64 hex digits"],
    ["other characters", "zz".repeat(32), "it isn't 64 hex digits"],
    ["zero", "00".repeat(32), "its number is none"],
    ["the curve's order", ORDER, "its number is none"],
  ])("is refused when the store holds %s, which stays", async (_what, content, why) => {
    const store = sharedStore();
    await store.set("identity.0", utf8ToBytes(content));
    const error: unknown = await loadIdentity(store).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "P2P_ERR_BAD_KEY" });
    expect(String(error)).toContain(`"identity.0" in memory is no private key: ${why}`);
    expect(String(error)).toContain("move it away");
    if (content) expect(String(error)).not.toContain(content);
    expect(await text(store, "identity.0")).toBe(content);
    // The number is free again: whoever repairs it finds it.
    await store.delete("identity.0");
    await loadIdentity(store);
    expect(await store.keys()).toEqual(["identity.0"]);
  });

  test("gives up on a store that something else keeps changing", async () => {
    const store = { ...memoryStore(), add: async () => false };
    await expect(loadIdentity(store)).rejects.toMatchObject({ code: "P2P_ERR_STORE_FAILED" });
  });
});
