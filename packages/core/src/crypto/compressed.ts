/**
 * Keys of 33 bytes and signatures without a recovery id, as node records have them.
 * @module
 */

import * as curve from "@noble/secp256k1";

/** Bytes of a compressed public key. */
export const COMPRESSED_KEY_LENGTH = 33;

/** The compressed form of a public key of 64 bytes, which must be on the curve. */
export function compressPublicKey(publicKey: Uint8Array): Uint8Array {
  const compressed = new Uint8Array(COMPRESSED_KEY_LENGTH);
  compressed[0] = 0x02 + ((publicKey[63] ?? 0) & 1);
  compressed.set(publicKey.subarray(0, 32), 1);
  return compressed;
}

/** The 64 bytes of a compressed public key; `undefined` when it is no point of the curve. */
export function decompressPublicKey(compressed: Uint8Array): Uint8Array | undefined {
  if (!curve.utils.isValidPublicKey(compressed, true)) return undefined;
  return curve.Point.fromBytes(compressed).toBytes(false).slice(1);
}

/** True when the key made the signature, r and s in 64 bytes, of a digest. The high s is refused. */
export function verifySignature(
  signature: Uint8Array,
  digest: Uint8Array,
  compressedKey: Uint8Array,
): boolean {
  return curve.verify(signature, digest, compressedKey, { prehash: false });
}
