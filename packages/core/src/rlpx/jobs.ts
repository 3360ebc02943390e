/**
 * The curve arithmetic of a handshake as data, so that whoever drives the handshake decides where
 * it runs. Every job gives bytes.
 * @module
 */

import type { EciesEntropy } from "../crypto/ecies.ts";
import { eciesDecrypt, eciesEncrypt } from "../crypto/ecies.ts";
import { publicKeyOf, recoverPublicKey, sharedSecret, sign } from "../crypto/secp256k1.ts";
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
  | ({
      readonly op: "ecies-encrypt";
      readonly publicKey: Uint8Array;
      readonly content: Uint8Array;
      readonly authData: Uint8Array;
    } & EciesEntropy)
  | {
      readonly op: "ecies-decrypt";
      readonly privateKey: Uint8Array;
      readonly message: Uint8Array;
      readonly authData: Uint8Array;
    };

/** Where jobs are done. */
export interface JobRunner {
  /** How many it takes at once, 1 or more. */
  readonly capacity: number;
  /** The job's answer. Throws, or rejects with, the `P2PError` of what was wrong with its input. */
  run(job: Job): Uint8Array | Promise<Uint8Array>;
  /** Ends it. Resolves when nothing of it is left. */
  close(): Promise<void>;
}

/** Does a job here and now; the same job gives the same bytes. Throws the `P2PError` of the primitive. */
export function runJob(job: Job): Uint8Array {
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
      const { publicKey, content, authData } = job;
      const { secret, message } = eciesEncrypt(publicKey, content, authData, job);
      return concatBytes(secret, message);
    }
    case "ecies-decrypt": {
      const { privateKey, message, authData } = job;
      const { secret, content } = eciesDecrypt(privateKey, message, authData);
      return concatBytes(secret, content);
    }
  }
}
