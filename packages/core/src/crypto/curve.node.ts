/**
 * libsecp256k1: native where the application has installed `secp256k1`, else as WebAssembly.
 * @module
 */

/// <reference path="./native-secp256k1.d.ts" />
import { systemRandom } from "../env.ts";
import { plainView } from "../wire/bytes.ts";
import type { Curve, FindCurve } from "./curve.ts";
import { withRecovery } from "./curve.ts";
import { nobleCurve } from "./noble-curve.ts";

/** The part of `node:crypto` that is used; core has no types of Node. */
interface NodeCrypto {
  createECDH(curve: string): Ecdh;
}

interface Ecdh {
  setPrivateKey(key: Uint8Array): void;
  getPublicKey(): Uint8Array;
}

declare const process: { getBuiltinModule(name: "node:crypto"): NodeCrypto };

const { createECDH } = process.getBuiltinModule("node:crypto");

/**
 * What is there at once: noble's, but for the points of keys. With the first of those noble makes a
 * table, which costs every server 80 ms and a megabyte, and is of no use once libsecp256k1 is there.
 */
export const firstCurve: Curve = { ...nobleCurve, pointOf };

function pointOf(privateKey: Uint8Array): Uint8Array {
  try {
    const ecdh = createECDH("secp256k1");
    ecdh.setPrivateKey(privateKey);
    return plainView(ecdh.getPublicKey());
  } catch {
    // Not every build of Node has the curve: Electron's hasn't.
    return nobleCurve.pointOf(privateKey);
  }
}

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
