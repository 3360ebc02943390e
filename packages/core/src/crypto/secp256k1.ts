/**
 * The curve: keys, shared secrets, recoverable signatures. Public keys are 64 bytes, X and Y.
 * Points are checked to be on the curve before anything is computed with them. noble's arithmetic
 * is not constant-time.
 * @module
 */

import { findCurve, firstCurve } from "#curve";
import type { Random } from "../env.ts";
import { systemRandom } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { Curve } from "./curve.ts";
import { isPrivateKey } from "./noble-curve.ts";

export { isPrivateKey };

/** Bytes of a private key. */
const PRIVATE_KEY_LENGTH = 32;
/** Bytes of a public key, X and Y. */
export const PUBLIC_KEY_LENGTH = 64;
/** Bytes of a signature: r, s and the recovery id. */
export const SIGNATURE_LENGTH = 65;

const UNCOMPRESSED = 0x04;

let curve: Curve = firstCurve;
let loading: Promise<void> | undefined;

/**
 * Brings the fastest arithmetic there is here, once; the functions of this file use it when it has
 * resolved, and before what `#curve` has at once. Never rejects.
 */
export function loadCurve(): Promise<void> {
  loading ??= findCurve().then((found) => {
    curve = found ?? curve;
  });
  return loading;
}

/** Makes a private key, 32 bytes, uniform over the curve's order. */
export function generatePrivateKey(random: Random = systemRandom): Uint8Array {
  for (;;) {
    const key = random(new Uint8Array(PRIVATE_KEY_LENGTH));
    if (isPrivateKey(key)) return key; // All but 1 in 2^127 are.
  }
}

/** True for 64 bytes that are a point of the curve. */
export function isPublicKey(key: Uint8Array): boolean {
  if (key.length !== PUBLIC_KEY_LENGTH) return false;
  return curve.isPoint(withPrefix(key));
}

/**
 * The public key, 64 bytes, of a private key.
 * @throws RangeError when it is no private key.
 */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) {
    throw new RangeError("privateKey: expected 32 bytes from 1 to the curve's order - 1");
  }
  return curve.pointOf(privateKey).slice(1);
}

/**
 * The x-coordinate, 32 bytes, of the private key times the public key.
 * @throws P2PError `P2P_ERR_BAD_POINT` when the public key is not on the curve.
 */
export function sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const point = withPrefix(publicKey);
  if (publicKey.length !== PUBLIC_KEY_LENGTH || !curve.isPoint(point)) throw badPoint();
  return curve.sharedX(privateKey, point);
}

/** Signs a digest of 32 bytes: r, s and the recovery id 0 or 1, 65 bytes. */
export function sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return curve.sign(digest, privateKey);
}

/**
 * The public key, 64 bytes, that made the signature.
 * @throws P2PError `P2P_ERR_BAD_SIGNATURE` when none did.
 */
export function recoverPublicKey(digest: Uint8Array, signature: Uint8Array): Uint8Array {
  try {
    return curve.recover(digest, signature.subarray(0, 64), signature[64] ?? 0xff).slice(1);
  } catch (cause) {
    throw new P2PError("no public key fits the signature", {
      code: "P2P_ERR_BAD_SIGNATURE",
      cause,
    });
  }
}

function withPrefix(publicKey: Uint8Array): Uint8Array {
  const point = new Uint8Array(1 + PUBLIC_KEY_LENGTH);
  point[0] = UNCOMPRESSED;
  point.set(publicKey.subarray(0, PUBLIC_KEY_LENGTH), 1);
  return point;
}

function badPoint(): P2PError {
  return new P2PError("the public key is not a point of the curve", { code: "P2P_ERR_BAD_POINT" });
}
