/**
 * ECIES: what it opens and what it refuses.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../env.ts";
import { hexToBytes } from "../wire/bytes.ts";
import { ECIES_OVERHEAD, eciesDecrypt, eciesEncrypt, eciesEntropy } from "./ecies.ts";
import { generatePrivateKey, isPublicKey, publicKeyOf, sharedSecret } from "./secp256k1.ts";

const key = new Uint8Array(32).fill(7);
const publicKey = publicKeyOf(key);
const size = Uint8Array.of(1, 2);
const seal = (content: Uint8Array) =>
  eciesEncrypt(publicKey, content, size, eciesEntropy(systemRandom)).message;

describe("ecies", () => {
  test("opens what was sealed, for any content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        const message = seal(content);
        expect(message.length).toBe(content.length + ECIES_OVERHEAD);
        expect(eciesDecrypt(key, message, size).content).toEqual(content);
      }),
      { numRuns: 10 },
    );
  });

  test("gives both ends the same secret, and another one for each message", () => {
    const [first, second] = [1, 2].map(() =>
      eciesEncrypt(publicKey, Uint8Array.of(1), size, eciesEntropy(systemRandom)),
    );
    expect(eciesDecrypt(key, first!.message, size).secret).toEqual(first!.secret);
    expect(first!.secret).toEqual(sharedSecret(key, first!.message.slice(1, 65)));
    expect(first!.secret).not.toEqual(second!.secret);
  });

  test("refuses a message that was changed anywhere but in the point", () => {
    const message = seal(Uint8Array.of(1, 2, 3));
    for (const at of [0, 65, 80, 81, 83, 84, message.length - 1]) {
      const changed = message.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => eciesDecrypt(key, changed, size)).toThrow(
        expect.objectContaining({ code: "P2P_ERR_HANDSHAKE_DECRYPT" }),
      );
    }
  });

  test("binds the size prefix", () => {
    const message = seal(Uint8Array.of(1));
    expect(() => eciesDecrypt(key, message, Uint8Array.of(1, 3))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_HANDSHAKE_DECRYPT" }),
    );
  });

  test("refuses a message for another key and one that is too short", () => {
    const message = seal(Uint8Array.of(1));
    const other = generatePrivateKey();
    for (const [reader, bytes] of [
      [other, message],
      [key, message.subarray(0, ECIES_OVERHEAD - 1)],
      [key, new Uint8Array(0)],
    ] as const) {
      expect(() => eciesDecrypt(reader, bytes, size)).toThrow(
        expect.objectContaining({ code: "P2P_ERR_HANDSHAKE_DECRYPT" }),
      );
    }
  });

  const p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
  const zero = "00".repeat(32);
  const gx = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  const gy = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
  test.each([
    ["a point off the curve", gx + zero],
    ["the point at infinity", zero + zero],
    ["an x of the field's size", p + gy],
    ["a y of the field's size", gx + p],
    ["coordinates swapped", gy + gx],
    ["all ones", "ff".repeat(64)],
  ])("refuses %s before computing with it", (_, point) => {
    const message = seal(Uint8Array.of(1));
    message.set(hexToBytes(point), 1);
    expect(() => eciesDecrypt(key, message, size)).toThrow(
      expect.objectContaining({ code: "P2P_ERR_BAD_POINT" }),
    );
    expect(isPublicKey(hexToBytes(point))).toBe(false);
    expect(() => sharedSecret(key, hexToBytes(point))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_BAD_POINT" }),
    );
  });

  test("takes the generator itself as a key", () => {
    expect(isPublicKey(hexToBytes(gx + gy))).toBe(true);
    const one = new Uint8Array(32);
    one[31] = 1;
    expect(publicKeyOf(one)).toEqual(hexToBytes(gx + gy));
  });
});
