/**
 * AES-256-GCM by Node's own cryptography: constant-time, and far faster than the portable path.
 * @module
 */

import type { NewGcm } from "./gcm.ts";
import { GCM_TAG } from "./gcm.ts";

/** The part of `node:crypto` that is used; core has no types of Node. */
interface NodeCrypto {
  createCipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array): Cipher;
  createDecipheriv(algorithm: string, key: Uint8Array, nonce: Uint8Array): Decipher;
}

interface Cipher {
  setAAD(bytes: Uint8Array): void;
  update(bytes: Uint8Array): Uint8Array;
  final(): Uint8Array;
  getAuthTag(): Uint8Array;
}

interface Decipher extends Pick<Cipher, "setAAD" | "update" | "final"> {
  setAuthTag(tag: Uint8Array): void;
}

declare const process: { getBuiltinModule(name: "node:crypto"): NodeCrypto };

const { createCipheriv, createDecipheriv } = process.getBuiltinModule("node:crypto");
const ALGORITHM = "aes-256-gcm";

/** Node's cipher. */
export const newGcm: NewGcm = (key) => ({
  seal(nonce, record, headerLength) {
    const tagAt = record.length - GCM_TAG;
    const cipher = createCipheriv(ALGORITHM, key, nonce);
    cipher.setAAD(record.subarray(0, headerLength));
    record.set(cipher.update(record.subarray(headerLength, tagAt)), headerLength);
    cipher.final();
    record.set(cipher.getAuthTag(), tagAt);
    return record;
  },
  open(nonce, sealed, headerLength) {
    const tagAt = sealed.length - GCM_TAG;
    const decipher = createDecipheriv(ALGORITHM, key, nonce);
    decipher.setAAD(sealed.subarray(0, headerLength));
    decipher.setAuthTag(sealed.subarray(tagAt));
    const plaintext = decipher.update(sealed.subarray(headerLength, tagAt));
    try {
      decipher.final();
    } catch {
      // The tag is wrong: there is nothing else that `final` could find.
      return undefined;
    }
    // A plain array over the same memory: a Buffer's `slice` would not copy.
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  },
});
