/**
 * The node database: what it remembers, for how long, and what it doesn't take.
 * @module
 */

import { describe, expect, test } from "vitest";
import { generatePrivateKey, publicKeyOf } from "../crypto/secp256k1.ts";
import type { NodeAddress } from "../node/address.ts";
import { parseNodeAddress } from "../node/address-text.ts";
import { nodeId } from "../node/id.ts";
import { LocalNode } from "../node/local-node.ts";
import { encodeRlp } from "../wire/codec.ts";
import { memoryStore } from "./memory-store.ts";
import { NodeDatabase } from "./node-database.ts";
import type { Store } from "./store.ts";

const HOUR = 3_600_000;

function address(port: number): NodeAddress {
  const publicKey = publicKeyOf(generatePrivateKey());
  return { publicKey, scheme: "wss", host: "relay.example", port, path: "/p2p" };
}

const idOf = ({ publicKey }: NodeAddress): string => nodeId(publicKey);

/** The ports of the known nodes, in order. */
const ports = async (database: NodeDatabase) =>
  (await database.knownNodes()).map((node) => node.address.port);

describe("a node database", () => {
  test("remembers sequence numbers by node id, over restarts", async () => {
    const store = memoryStore();
    await new NodeDatabase(store).storeLocalSeq("ab", 2n ** 63n);
    const database = new NodeDatabase(store);
    expect(await database.localSeq("ab")).toBe(2n ** 63n);
    expect(await database.localSeq("cd")).toBeUndefined();
  });

  test("remembers where and when a node was reached, over restarts", async () => {
    const store = memoryStore();
    const node = new LocalNode({ privateKey: generatePrivateKey() });
    node.setWebSocket("wss", { host: "relay.example", port: 443 });
    const reached = parseNodeAddress(node.enr);
    expect(reached.enr).toBe(node.enr);
    await new NodeDatabase(store, { now: () => 5 }).connected(reached);
    const [known, ...others] = await new NodeDatabase(store, { now: () => 6 }).knownNodes();
    expect(known).toEqual({ id: node.id, address: reached, lastSeen: 5, fails: 0 });
    expect(others).toEqual([]);
    expect(await store.keys()).toEqual([`node.${node.id}`]);
  });

  test("puts those first that didn't fail, then those that were seen last", async () => {
    let now = 0;
    const store = memoryStore();
    const database = new NodeDatabase(store, { now: () => ++now });
    const nodes = [1, 2, 3, 4].map(address);
    for (const each of nodes) await database.connected(each);
    const [first, second, third] = nodes.map(idOf);
    await database.failed(third!);
    await database.failed(second!);
    await database.failed(second!);
    await database.failed(first!);
    await database.seen(first!);
    expect(await ports(database)).toEqual([1, 4, 3, 2]);
    expect(await ports(new NodeDatabase(store, { now: () => now }))).toEqual([1, 4, 3, 2]);
    await database.connected(nodes[1]!);
    expect(await ports(database)).toEqual([2, 1, 4, 3]);
  });

  test("gives their addresses as candidates, each once", async () => {
    const database = new NodeDatabase(memoryStore());
    const nodes = [1, 2].map(address);
    for (const each of nodes) await database.connected(each);
    const candidates: NodeAddress[] = [];
    for await (const each of database.candidates()) candidates.push(each);
    expect(candidates).toEqual((await database.knownNodes()).map((node) => node.address));
    expect(candidates).toHaveLength(2);
  });

  test("knows nothing of nodes that were never reached", async () => {
    const store = memoryStore();
    const database = new NodeDatabase(store);
    await database.failed("ab".repeat(32));
    await database.seen("ab".repeat(32));
    expect(await database.knownNodes()).toEqual([]);
    expect(await store.keys()).toEqual([]);
  });

  test("forgets a node that wasn't seen for 24 hours, in the store too", async () => {
    let now = 0;
    const store = memoryStore();
    const database = new NodeDatabase(store, { now: () => now });
    await database.connected(address(1));
    now = HOUR;
    await database.connected(address(2));
    now = 24 * HOUR;
    expect(await ports(database)).toEqual([2, 1]);
    now += 1;
    expect(await ports(database)).toEqual([2]);
    expect(await store.keys()).toHaveLength(1);
    now += HOUR;
    expect(await ports(new NodeDatabase(store, { now: () => now }))).toEqual([]);
    expect(await store.keys()).toEqual([]);
  });

  test("is bounded: those that were not seen for longest go first", async () => {
    let now = 0;
    const store = memoryStore();
    const database = new NodeDatabase(store, { maxNodes: 3, now: () => ++now });
    const nodes = [1, 2, 3].map(address);
    for (const each of nodes) await database.connected(each);
    await database.seen(idOf(nodes[0]!));
    await database.connected(address(4));
    expect(await ports(database)).toEqual([4, 1, 3]);
    expect(await store.keys()).toHaveLength(3);
    const smaller = new NodeDatabase(store, { maxNodes: 1, now: () => now });
    expect(await ports(smaller)).toEqual([4]);
    expect(await store.keys()).toHaveLength(1);
    expect(() => new NodeDatabase(store, { maxNodes: 0 })).toThrow("maxNodes: expected");
  });

  test("forgets a node on request", async () => {
    const database = new NodeDatabase(memoryStore());
    const node = address(1);
    await database.connected(node);
    await database.delete(idOf(node));
    expect(await database.knownNodes()).toEqual([]);
  });

  test.each([
    ["no RLP", new Uint8Array([0xff]), "P2P_ERR_STORE_CORRUPT"],
    ["another shape", encodeRlp(["x"]), "P2P_ERR_STORE_CORRUPT"],
    ["no address", encodeRlp(["enode://x", 1, 0]), "P2P_ERR_STORE_CORRUPT"],
    [
      "another node",
      encodeRlp([
        `enode://${"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"}@h:1`,
        1,
        0,
      ]),
      "P2P_ERR_STORE_CORRUPT",
    ],
  ])("refuses an entry that holds %s, and leaves it", async (_what, content, code) => {
    const store = memoryStore();
    const key = `node.${"ab".repeat(32)}`;
    await store.set(key, content);
    const database = new NodeDatabase(store);
    const message = expect.stringContaining(`"${key}" in memory can't be used`);
    await expect(database.knownNodes()).rejects.toMatchObject({ code, message });
    await expect(database.connected(address(1))).rejects.toMatchObject({ code });
    expect(await store.get(key)).toEqual(content);
    await store.delete(key);
    await database.connected(address(1));
    expect(await ports(database)).toEqual([1]);
  });

  test("passes on what its store fails with, and works again after it", async () => {
    let broken = true;
    const inner = memoryStore();
    const store: Store = {
      ...inner,
      async keys(prefix) {
        if (broken) throw new Error("disk on fire");
        return inner.keys(prefix);
      },
    };
    const database = new NodeDatabase(store);
    await expect(database.knownNodes()).rejects.toThrow("disk on fire");
    broken = false;
    expect(await database.knownNodes()).toEqual([]);
  });
});
