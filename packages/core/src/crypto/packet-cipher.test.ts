/**
 * The packets' ciphers of all runtimes against each other and a known answer.
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import { packetCipher as nodeCipher } from "./packet-cipher.node.ts";
import { packetCipher as pageCipher } from "./packet-cipher.page.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test("encrypt as NIST has it", () => {
  // SP 800-38A, F.5.1.
  const key = hexToBytes("2b7e151628aed2a6abf7158809cf4f3c");
  const iv = hexToBytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const plaintext = hexToBytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const ciphertext = "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff";
  for (const cipher of [nodeCipher, pageCipher]) {
    expect(bytesToHex(cipher.crypt(key, iv, plaintext))).toBe(ciphertext);
  }
});

test("give the same bytes, new and plain, and leave what they were given alone", () => {
  fc.assert(
    fc.property(bytes(32), bytes(16), fc.uint8Array(), (key, iv, content) => {
      const before = [key, iv, content].map(bytesToHex);
      const [first, second] = [nodeCipher, pageCipher].map((cipher) => [
        cipher.crypt(key.subarray(0, 16), iv, content),
        cipher.tag(key, content, iv),
      ]);
      expect(first).toEqual(second);
      for (const result of first!) expect(result.constructor).toBe(Uint8Array);
      expect([key, iv, content].map(bytesToHex)).toEqual(before);
    }),
  );
});
