/**
 * libsecp256k1: native where the application has installed `secp256k1`, else as WebAssembly.
 * @module
 */

/// <reference path="./native-secp256k1.d.ts" />
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

/** `tiny-secp256k1`. Rejects where there is no WebAssembly. */
export async function wasmCurve(): Promise<Curve> {
  const wasm = await import("tiny-secp256k1");
  return {
    isPoint: (point) => wasm.isPoint(point),
    pointOf: (privateKey) => given(wasm.pointFromScalar(privateKey, false)),
    sharedX: (privateKey, point) => given(wasm.pointMultiply(point, privateKey, true)).slice(1),
    sign(digest, privateKey) {
      const { signature, recoveryId } = wasm.signRecoverable(digest, privateKey);
      return withRecovery(signature, recoveryId);
    },
    recover(digest, signature, recovery) {
      if (!isRecovery(recovery)) throw new RangeError("recovery: expected 0 to 3");
      return given(wasm.recover(digest, signature, recovery, false));
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

function given<T>(value: T | null): T {
  if (value === null) throw new Error("the result is no point of the curve");
  return value;
}
