/**
 * The curve by noble: JavaScript alone, the reference for the others and the floor everywhere.
 * @module
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import * as noble from "@noble/secp256k1";
import type { Curve } from "./curve.ts";
import { withRecovery } from "./curve.ts";

noble.hashes.sha256 = sha256;
noble.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message);

/** True for 32 bytes that are a number from 1 to the curve's order − 1. */
export const isPrivateKey = (key: Uint8Array): boolean => noble.utils.isValidSecretKey(key);

/** @see Curve */
export const nobleCurve: Curve = {
  isPoint: (point) => noble.utils.isValidPublicKey(point, false),
  pointOf: (privateKey) => noble.getPublicKey(privateKey, false),
  sharedX: (privateKey, point) => noble.getSharedSecret(privateKey, point, true).slice(1),
  sign(digest, privateKey) {
    const recovered = noble.sign(digest, privateKey, { prehash: false, format: "recovered" });
    return withRecovery(recovered.subarray(1), recovered[0] ?? 0);
  },
  recover(digest, signature, recovery) {
    const recovered = new Uint8Array(65);
    recovered[0] = recovery;
    recovered.set(signature, 1);
    return noble.recoverPublicKey(recovered, digest, { prehash: false, isCompressed: false });
  },
};
