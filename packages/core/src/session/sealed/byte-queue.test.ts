/**
 * The queue of bytes: what goes in comes out, and its memory follows what waits.
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteQueue } from "./byte-queue.ts";

const lengths = fc.oneof(fc.nat(40), fc.nat(2_000), fc.nat(200_000));

test("gives bytes in the order they came, however they are cut", () => {
  const step = fc.record({ length: lengths, push: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ByteQueue();
      let pushed = 0;
      let shifted = 0;
      for (const { length, push } of steps) {
        if (push) {
          queue.push(Uint8Array.from({ length }, () => pushed++ % 251));
          continue;
        }
        const target = new Uint8Array(Math.min(length, pushed - shifted));
        queue.shiftInto(target);
        expect(target.every((byte) => byte === shifted++ % 251)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test("keeps copies: what was pushed may be written over", () => {
  const queue = new ByteQueue();
  const bytes = Uint8Array.of(1, 2, 3);
  queue.push(bytes);
  bytes.fill(9);
  const target = new Uint8Array(3);
  queue.shiftInto(target);
  expect([...target]).toEqual([1, 2, 3]);
});

test("uses the memory of what went out for what comes in", () => {
  const queue = new ByteQueue();
  const block = new Uint8Array(65_536);
  for (let i = 0; i < 4; i++) queue.push(block);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 500; i++) {
    queue.shiftInto(block);
    queue.push(block);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});
