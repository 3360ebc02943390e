/**
 * libsecp256k1: native where the application has installed `secp256k1`, else as WebAssembly.
 * @module
 */

/// <reference path="./native-secp256k1.d.ts" />
import { systemRandom } from "../env.ts";
import type { Curve, FindCurve } from "./curve.ts";
import { withRecovery } from "./curve.ts";

/** The optional peer dependency `secp256k1`. Rejects where it isn't installed or wasn't built. */
export async function nativeCurve(): Promise<Curve> {
  const { default: native } = await import("secp256k1/bindings.js");
  const options = { hashfn: (x: Uint8Array) => x };
  return {
    isPoint: (point) => native.publicKeyVerify(point),
    pointOf: (privateKey) => native.publicKeyCreate(privateKey, false),
    sharedX: (privateKey, point) => native.ecdh(point, privateKey, options, new Uint8Array(32)),
    sign(digest, privateKey) {
      const { signature, recid } = native.ecdsaSign(digest, privateKey);
      return withRecovery(signature, recid);
    },
    recover: (digest, signature, recovery) =>
      native.ecdsaRecover(signature, recovery, digest, false),
  };
}

/** The WebAssembly of `@bitauth/libauth`. Rejects where there is none. */
export async function wasmCurve(): Promise<Curve> {
  // By its file: the package's index loads a whole toolbox.
  const { instantiateSecp256k1 } = await import("@bitauth/libauth/build/lib/crypto/secp256k1.js");
  // The seed blinds what it does with private keys.
  const wasm = await instantiateSecp256k1(systemRandom(new Uint8Array(32)));
  return {
    isPoint: (point) => wasm.validatePublicKey(point),
    pointOf: (privateKey) => given(wasm.derivePublicKeyUncompressed(privateKey)),
    sharedX: (privateKey, point) =>
      given(wasm.mulTweakPublicKeyUncompressed(point, privateKey)).slice(1, 33),
    sign(digest, privateKey) {
      const signed = given(wasm.signMessageHashRecoverableCompact(privateKey, digest));
      return withRecovery(signed.signature, signed.recoveryId);
    },
    recover(digest, signature, recovery) {
      if (!isRecovery(recovery)) throw new RangeError("recovery: expected 0 to 3");
      return given(wasm.recoverPublicKeyUncompressed(signature, recovery, digest));
    },
  };
}

/** @see FindCurve */
export const findCurve: FindCurve = async () => {
  for (const load of [nativeCurve, wasmCurve]) {
    const curve = await load().catch(() => undefined);
    if (curve) return curve;
  }
  return undefined;
};

function isRecovery(id: number): id is 0 | 1 | 2 | 3 {
  return id >= 0 && id <= 3;
}

/** It gives its errors back as texts. */
function given<T>(value: T | string): T {
  if (typeof value === "string") throw new Error(value);
  return value;
}
