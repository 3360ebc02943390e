/**
 * Key streams of the platforms against the cipher in JavaScript, and what they do when late.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { onTurnEnd } from "../env.ts";
import { aesCtr } from "./aes.ts";
import { newKeyStream as newNodeKeyStream } from "./key-stream.node.ts";
import { newKeyStream as newPageKeyStream } from "./key-stream.page.ts";
import { counterBlock } from "./key-stream.ts";

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7);

const reference = (block: number, length: number): Uint8Array =>
  aesCtr(key, counterBlock(block), new Uint8Array(length));

const anyReads = fc.array(
  fc.record({ gap: fc.oneof(fc.constant(0), fc.nat(9)), blocks: fc.nat(300) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

describe("Node's key stream", () => {
  test("is that of AES-256-CTR, wherever and however much is read", () => {
    fc.assert(
      fc.property(fc.nat(100_000), anyReads, (start, reads) => {
        const stream = newNodeKeyStream(key);
        let block = start;
        for (const { gap, blocks } of reads) {
          block += gap;
          const got = new Uint8Array(blocks * 16);
          expect(stream.fill(block, got, 0, got.length)).toBe(true);
          expect(Buffer.compare(got, reference(block, got.length))).toBe(0);
          block += blocks;
        }
      }),
      { numRuns: 40 },
    );
  });

  test.each([65_536, 65_552, 98_304])("gives %i bytes at once", (length) => {
    const got = new Uint8Array(length);
    newNodeKeyStream(key).fill(3, got, 0, length);
    expect(Buffer.compare(got, reference(3, length))).toBe(0);
  });

  test("goes on past block 2^32", () => {
    const got = new Uint8Array(64);
    newNodeKeyStream(key).fill(2 ** 32 - 2, got, 0, 64);
    expect(got).toEqual(reference(2 ** 32 - 2, 64));
    expect(counterBlock(2 ** 32 + 1)).toEqual(
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1),
    );
  });
});

/** Reads until key stream is at hand. */
async function untilFilled(fill: () => boolean): Promise<void> {
  while (!fill()) await new Promise<void>(onTurnEnd);
}

describe("a page's key stream", () => {
  test("has nothing at first, then what AES-256-CTR gives, across its pieces", async () => {
    const stream = newPageKeyStream(key);
    let block = 256;
    const got = new Uint8Array(48 * 1024);
    expect(stream.fill(block, got, 0, got.length)).toBe(false);
    expect(got.every((byte) => byte === 0)).toBe(true);
    block += got.length / 16;
    for (let i = 0; i < 20; i++, block += got.length / 16) {
      await untilFilled(() => stream.fill(block, got, 0, got.length));
      expect(Buffer.compare(got, reference(block, got.length))).toBe(0);
    }
  });

  test("is left behind by a reader that doesn't wait, and catches up", async () => {
    const stream = newPageKeyStream(key);
    const got = new Uint8Array(65_536);
    let block = 0;
    const next = (): boolean => {
      block += got.length / 16;
      return stream.fill(block, got, 0, got.length);
    };
    for (let i = 0; i < 100; i++) expect(next()).toBe(false);
    await untilFilled(next);
    expect(Buffer.compare(got, reference(block, got.length))).toBe(0);
  });

  test("gives nothing after its release", async () => {
    const stream = newPageKeyStream(key);
    const got = new Uint8Array(16);
    stream.fill(5, got, 0, 16);
    await untilFilled(() => stream.fill(6, got, 0, 16));
    stream.release();
    expect(stream.fill(7, got, 0, 16)).toBe(false);
  });
});
