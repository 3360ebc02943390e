/**
 * The memory behind frames that are gathered: used again while there is much to send, given back after.
 * @module
 */

import { beforeEach, expect, test } from "vitest";
import { OutBuffer } from "./out-buffer.ts";

const LARGE = 100_000;

test("gathers into memory that was given back, and never into what is still handed over", () => {
  const buffer = new OutBuffer();
  buffer.append(LARGE).fill(1);
  const first = buffer.take();
  buffer.append(LARGE).fill(2);
  expect(first.every((byte) => byte === 1)).toBe(true);
  buffer.reuse(first);
  expect(buffer.length).toBe(LARGE);
  const second = buffer.take();
  expect(second.every((byte) => byte === 2)).toBe(true);
  expect(buffer.append(LARGE).buffer).toBe(first.buffer);
});

/** Buffers that have sent something large, and the memory that each did it with. */
function rested(count: number): ArrayBufferLike[] {
  const buffers = Array.from({ length: count }, () => new OutBuffer());
  const taken = buffers.map((buffer) => {
    buffer.append(LARGE);
    return buffer.take();
  });
  for (const [i, buffer] of buffers.entries()) {
    buffer.reuse(taken[i]!);
    buffer.rest();
  }
  return taken.map(({ buffer }) => buffer);
}

beforeEach(() => {
  // Takes all that buffers of other tests have given back.
  for (const length of [5_000, 64]) for (let i = 0; i < 16; i++) new OutBuffer().append(length);
});

test("gives its memory to another at rest, which has it alone", () => {
  const [memory] = rested(1);
  expect(new OutBuffer().append(LARGE).buffer).toBe(memory);
  expect(new OutBuffer().append(LARGE).buffer).not.toBe(memory);
});

test("keeps the memory of 16 at rest, however many there are", () => {
  const memories = rested(20);
  const found = memories.map(() => new OutBuffer().append(LARGE).buffer);
  expect(found.filter((memory) => memories.includes(memory)).length).toBe(16);
});

test("leaves a small one to whoever gathers next, and to nobody else", () => {
  const [one, other, third] = [new OutBuffer(), new OutBuffer(), new OutBuffer()];
  one.append(64);
  const taken = one.take();
  one.reuse(taken);
  one.rest();
  expect(other.append(64).buffer).toBe(taken.buffer);
  expect(one.append(64).buffer).not.toBe(taken.buffer);
  expect(third.append(64).buffer).not.toBe(taken.buffer);
});
