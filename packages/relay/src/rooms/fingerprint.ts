/**
 * Two keys as digits that two people can compare: over the phone, say, or on each other's screens.
 * @module
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@peerkit/core";

const LABEL = new TextEncoder().encode("peerkit/fingerprint/1");
const GROUPS = 6;
const BYTES_PER_GROUP = 5;
const KEY_LENGTH = 64;

/**
 * Sixty digits in groups of five, the same for both: thirty for each key, the lower key first. When
 * they are equal on both sides, nobody stands between the two. It takes some 2^99 attempts to make a
 * key with the digits of another.
 * @throws RangeError unless both are 64 bytes.
 */
export function fingerprint(key: Uint8Array, otherKey: Uint8Array): string {
  for (const each of [key, otherKey]) {
    if (each.length !== KEY_LENGTH) {
      throw new RangeError(`key: expected ${KEY_LENGTH} bytes, got ${each.length}`);
    }
  }
  const [low, high] = bytesToHex(key) <= bytesToHex(otherKey) ? [key, otherKey] : [otherKey, key];
  return `${digitsOf(low)} ${digitsOf(high)}`;
}

function digitsOf(key: Uint8Array): string {
  const hash = sha256(new Uint8Array([...LABEL, ...key]));
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const at = group * BYTES_PER_GROUP;
    const number = hash.subarray(at, at + BYTES_PER_GROUP).reduce((sum, b) => sum * 256 + b, 0);
    return String(number % 100_000).padStart(5, "0");
  });
  return groups.join(" ");
}
