/**
 * Node ids.
 * @module
 */

import { keccak256 } from "../crypto/keccak.ts";
import { abytes, bytesToHex } from "../wire/bytes.ts";

/**
 * A node's id: the keccak-256 hash of its public key, as 64 hex digits.
 * @throws `TypeError` or `RangeError` when `publicKey` isn't 64 bytes.
 */
export function nodeId(publicKey: Uint8Array): string {
  return bytesToHex(keccak256(abytes(publicKey, 64, "publicKey")));
}
