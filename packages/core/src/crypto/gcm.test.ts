/**
 * The ciphers of all runtimes against each other, and the page's where WebCrypto is missing.
 * @module
 */

import { afterEach, describe, expect, test, vi } from "vitest";
import { systemRandom } from "../env.ts";
import { bytesToHex } from "../wire/bytes.ts";
import { newGcm as newNodeGcm } from "./gcm.node.ts";
import { newGcm as newPageGcm } from "./gcm.page.ts";
import { unsealed } from "./gcm.test.helper.ts";
import { newGcm as newNobleGcm } from "./noble-gcm.ts";

const random = (length: number): Uint8Array => systemRandom(new Uint8Array(length));
const key = random(32);
const all = { Node: newNodeGcm, page: newPageGcm, noble: newNobleGcm };
const ciphers = Object.entries(all).map(([name, newGcm]) => [name, newGcm(key)] as const);

afterEach(() => void vi.unstubAllGlobals());

describe.each(ciphers)("the cipher of %s", (_, gcm) => {
  test.each([1, 15, 16, 17, 1000, 65_535, 65_792])("reads the others' %i bytes", async (size) => {
    const [nonce, header, plaintext] = [random(12), random(3), random(size)];
    for (const [, other] of ciphers) {
      const sealed = await other.seal(nonce, unsealed(header, plaintext), 3);
      expect(bytesToHex(await gcm.seal(nonce, unsealed(header, plaintext), 3))).toBe(
        bytesToHex(sealed),
      );
      const opened = await gcm.open(nonce, sealed, header.length);
      expect(bytesToHex(opened!)).toBe(bytesToHex(plaintext));
    }
  });

  test("has a nonce of its own: the caller's may be written over", async () => {
    const [nonce, header, plaintext] = [random(12), random(3), random(100)];
    const expected = await newNodeGcm(key).seal(nonce, unsealed(header, plaintext), 3);
    const used = nonce.slice();
    const sealing = gcm.seal(used, unsealed(header, plaintext), 3);
    used.fill(1);
    expect(await sealing).toEqual(expected);
    used.set(nonce);
    const opening = gcm.open(used, expected, 3);
    used.fill(2);
    expect(await opening).toEqual(plaintext);
  });

  test("sees a change of any byte, of the nonce and of where the header ends", async () => {
    const nonce = random(12);
    const sealed = await gcm.seal(nonce, unsealed(random(3), random(20)), 3);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      expect(await gcm.open(nonce, changed, 3)).toBeUndefined();
    }
    expect(await gcm.open(random(12), sealed, 3)).toBeUndefined();
    expect(await gcm.open(nonce, sealed, 4)).toBeUndefined();
    expect(await gcm.open(nonce, sealed, 3)).toHaveLength(20);
  });
});

describe("the page's cipher", () => {
  test("keeps the nonces of what is asked for while its key is being imported", async () => {
    const own = newPageGcm(key);
    const nonce = random(12);
    const records = [1, 2, 3].map((i) => ({ nonce: nonce.with(0, i), record: random(50) }));
    const sealing = records.map(({ nonce: next, record }) => {
      nonce.set(next);
      return own.seal(nonce, record.slice(), 3);
    });
    const expected = records.map((each) => newNodeGcm(key).seal(each.nonce, each.record, 3));
    expect(await Promise.all(sealing)).toEqual(expected);
  });

  const [nonce, header, plaintext] = [random(12), random(3), random(100)];
  const expected = newNodeGcm(key).seal(nonce, unsealed(header, plaintext), 3);

  test("answers at once outside secure contexts, where there is no WebCrypto", () => {
    vi.stubGlobal("crypto", {});
    const gcm = newPageGcm(key);
    expect(gcm.seal(nonce, unsealed(header, plaintext), 3)).toEqual(expected);
    expect(gcm.open(nonce, expected as Uint8Array, 3)).toEqual(plaintext);
  });

  test("works where WebCrypto hasn't this cipher", async () => {
    const importKey = () => Promise.reject(new DOMException("", "NotSupportedError"));
    vi.stubGlobal("crypto", { subtle: { importKey } });
    const gcm = newPageGcm(key);
    expect(await gcm.seal(nonce, unsealed(header, plaintext), 3)).toEqual(expected);
    expect(await gcm.open(nonce, expected as Uint8Array, 3)).toEqual(plaintext);
  });
});
