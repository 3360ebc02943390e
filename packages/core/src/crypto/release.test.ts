/**
 * Memory that is given back without a garbage collection.
 * @module
 */

import { expect, test } from "vitest";
import { newGcm } from "./gcm.node.ts";
import { release } from "./release.node.ts";

test("large bytes are gone at once; small ones and parts of others are left to the collector", () => {
  const large = new Uint8Array(65_536).fill(1);
  release(large);
  expect(large.length).toBe(0);
  const small = new Uint8Array(100).fill(1);
  release(small);
  expect(small).toEqual(new Uint8Array(100).fill(1));
  const whole = new Uint8Array(65_536).fill(1);
  release(whole.subarray(1));
  expect(whole.length).toBe(65_536);
});

test("sealing large records leaves no garbage", () => {
  const gcm = newGcm(new Uint8Array(32));
  const record = new Uint8Array(65_811);
  const nonce = new Uint8Array(12);
  gcm.seal(nonce, record, 3);
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 200; n++) {
    nonce[0] = n;
    gcm.seal(nonce, record, 3);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});
