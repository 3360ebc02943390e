/**
 * HKDF with SHA-256.
 * @see https://www.rfc-editor.org/rfc/rfc5869
 * @module
 */

import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

/** Condenses input of uneven entropy into a key of 32 bytes. */
export function hkdfExtract(salt: Uint8Array, input: Uint8Array): Uint8Array {
  return extract(sha256, input, salt);
}

/** Derives `length` bytes from a key, bound to `info`. */
export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return expand(sha256, key, info, length);
}
