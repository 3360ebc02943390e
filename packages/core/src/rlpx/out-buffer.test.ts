/**
 * The memory behind frames that are gathered: used again while there is much to send, given back after.
 * @module
 */

import { expect, test } from "vitest";
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

test("keeps no large memory while it rests", () => {
  const buffer = new OutBuffer();
  buffer.append(LARGE);
  const taken = buffer.take();
  buffer.reuse(taken);
  buffer.rest();
  expect(buffer.append(16).buffer).not.toBe(taken.buffer);
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
