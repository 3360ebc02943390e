/**
 * The curve arithmetic of a handshake as data, so that whoever drives the handshake decides where
 * it runs. Every job gives bytes.
 * @module
 */

import { eciesDecrypt, eciesEncrypt } from "../crypto/ecies.ts";
import { publicKeyOf, recoverPublicKey, sharedSecret, sign } from "../crypto/secp256k1.ts";
import type { Random } from "../env.ts";
import { concatBytes } from "../wire/bytes.ts";

/** Bytes of the shared secret that an ECIES job's answer starts with. */
export const ECIES_SECRET_LENGTH = 32;

/**
 * One step of arithmetic. All of it is cloneable data. The ECIES jobs give the secret that both
 * ends of the message share, 32 bytes, and after it the message or its content.
 */
export type Job =
  | { readonly op: "public-key"; readonly privateKey: Uint8Array }
  | {
      readonly op: "shared-secret";
      readonly privateKey: Uint8Array;
      readonly publicKey: Uint8Array;
    }
  | { readonly op: "sign"; readonly privateKey: Uint8Array; readonly digest: Uint8Array }
  | { readonly op: "recover"; readonly digest: Uint8Array; readonly signature: Uint8Array }
  | {
      readonly op: "ecies-encrypt";
      readonly publicKey: Uint8Array;
      readonly content: Uint8Array;
      readonly authData: Uint8Array;
    }
  | {
      readonly op: "ecies-decrypt";
      readonly privateKey: Uint8Array;
      readonly message: Uint8Array;
      readonly authData: Uint8Array;
    };

/** Does a job here and now. Throws the `P2PError` of the primitive. */
export function runJob(job: Job, random: Random): Uint8Array {
  switch (job.op) {
    case "public-key":
      return publicKeyOf(job.privateKey);
    case "shared-secret":
      return sharedSecret(job.privateKey, job.publicKey);
    case "sign":
      return sign(job.digest, job.privateKey);
    case "recover":
      return recoverPublicKey(job.digest, job.signature);
    case "ecies-encrypt": {
      const { secret, message } = eciesEncrypt(job.publicKey, job.content, job.authData, random);
      return concatBytes(secret, message);
    }
    case "ecies-decrypt": {
      const { secret, content } = eciesDecrypt(job.privateKey, job.message, job.authData);
      return concatBytes(secret, content);
    }
  }
}
