/**
 * The kernel against the reference: the same bytes, for as many connections as there are.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FrameCipher, FrameKeys } from "./frame-cipher.ts";
import { newKernelEngine } from "./kernel-engine.ts";
import { NobleFrameCipher } from "./noble-frame-cipher.ts";

const { newCipher: newKernel } = await newKernelEngine();

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyKeys: fc.Arbitrary<FrameKeys> = fc.record({
  aes: bytes(32),
  mac: bytes(32),
  seed: fc.uint8Array({ maxLength: 700 }),
});
const fixedKeys = (byte: number): FrameKeys => ({
  aes: new Uint8Array(32).fill(byte),
  mac: new Uint8Array(32).fill(byte + 1),
  seed: new Uint8Array(400).fill(byte + 2),
});

/** A frame with `blocks` blocks of body, its bytes following from `seed`. */
function frameOf(blocks: number, seed: number): Uint8Array {
  const length = 16 * blocks;
  const frame = Uint8Array.from({ length: 48 + length }, (_, i) => (i * seed + (i >> 8)) & 0xff);
  frame.set([length >> 16, length >> 8, length]);
  return frame;
}

function open(cipher: FrameCipher, frame: Uint8Array, owned: boolean) {
  const size = cipher.openHeader(frame, 0, false);
  const body = cipher.openBody(frame.slice(32), 0, frame.length - 48, owned)?.bytes.slice();
  return { size, body };
}

describe("the kernel's frame cipher", () => {
  test("seals and opens as the reference does, for any keys and sizes", () => {
    const anyFrames = fc.array(fc.tuple(fc.nat(40), fc.nat(255), fc.boolean()), { maxLength: 6 });
    fc.assert(
      fc.property(anyKeys, anyFrames, (keys, frames) => {
        const ours = { seal: newKernel(keys), open: newKernel(keys) };
        const reference = { seal: new NobleFrameCipher(keys), open: new NobleFrameCipher(keys) };
        for (const [blocks, seed, owned] of frames) {
          const frame = frameOf(blocks, seed);
          const expected = frame.slice();
          ours.seal.seal(frame);
          reference.seal.seal(expected);
          expect(frame).toEqual(expected);
          expect(open(ours.open, frame, owned)).toEqual(open(reference.open, frame, owned));
        }
        ours.seal.release();
        ours.open.release();
      }),
    );
  });

  test.each([6140, 6141, 6142, 6144, 20_000])("seals and opens a body of %i blocks", (blocks) => {
    const keys = fixedKeys(1);
    const frame = frameOf(blocks, 3);
    const plain = frame.slice();
    const expected = frame.slice();
    newKernel(keys).seal(frame);
    new NobleFrameCipher(keys).seal(expected);
    expect(Buffer.compare(frame, expected)).toBe(0);
    for (const owned of [true, false]) {
      const { size, body } = open(newKernel(keys), frame, owned);
      expect(size).toBe(16 * blocks);
      expect(Buffer.compare(body!, plain.subarray(32, -16))).toBe(0);
    }
    frame[frame.length - 20]! ^= 1;
    expect(open(newKernel(keys), frame, false).body).toBeUndefined();
  });

  test("keeps a thousand connections apart, with others ending in between", () => {
    const ciphers = Array.from({ length: 1000 }, (_, i) => newKernel(fixedKeys(i % 200)));
    for (const [i, cipher] of ciphers.entries()) if (i % 3 === 0) cipher.release();
    for (let i = 0; i < 500; i++) newKernel(fixedKeys(i % 100)).seal(frameOf(2, 1));
    for (const [i, cipher] of ciphers.entries()) {
      if (i % 3 === 0) continue;
      const frame = frameOf(2, 7);
      const expected = frame.slice();
      cipher.seal(frame);
      new NobleFrameCipher(fixedKeys(i % 200)).seal(expected);
      expect(frame).toEqual(expected);
    }
  });

  test.each([
    ["the kernel's", newKernel],
    ["the reference's", (keys: FrameKeys) => new NobleFrameCipher(keys)],
  ])("%s seals and opens nothing after its release", (_, newCipher) => {
    const cipher = newCipher(fixedKeys(1));
    cipher.release();
    cipher.release();
    expect(() => cipher.seal(frameOf(1, 1))).toThrow("release");
    expect(() => cipher.openHeader(new Uint8Array(32), 0, true)).toThrow("release");
    expect(() => cipher.openBody(new Uint8Array(32), 0, 16, true)).toThrow("release");
  });
});
