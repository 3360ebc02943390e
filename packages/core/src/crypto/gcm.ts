/**
 * AES-256-GCM for the records of a sealed session. This path runs everywhere; it looks its tables
 * up by secret bytes, so it is not constant-time.
 * @module
 */

import { gcm } from "@noble/ciphers/aes.js";
import { concatBytes } from "../wire/bytes.ts";

/** Bytes of a tag. */
export const GCM_TAG = 16;

/** Now, or later where the platform's own cipher is asynchronous. */
export type MaybePromise<T> = T | Promise<T>;

/** The cipher under one key. No nonce may be used twice. */
export interface Gcm {
  /**
   * Gives `header ‖ ciphertext ‖ tag`; the header is authenticated with it. They are new bytes, or
   * lie in `memory` where the cipher can write there: it has room for them, and may be that of the
   * plaintext.
   */
  seal(
    nonce: Uint8Array,
    header: Uint8Array,
    plaintext: Uint8Array,
    memory?: Uint8Array,
  ): MaybePromise<Uint8Array>;
  /**
   * The plaintext of what `seal` gave, as new bytes; `undefined` when the tag is wrong.
   * `headerLength` is that of the header.
   */
  open(
    nonce: Uint8Array,
    sealed: Uint8Array,
    headerLength: number,
  ): MaybePromise<Uint8Array | undefined>;
}

/** Makes the cipher for a key of 32 bytes. */
export type NewGcm = (key: Uint8Array) => Gcm;

/** The portable cipher. */
export const newGcm: NewGcm = (key) => ({
  seal: (nonce, header, plaintext) =>
    concatBytes(header, gcm(key, nonce, header).encrypt(plaintext)),
  open(nonce, sealed, headerLength) {
    const cipher = gcm(key, nonce, sealed.subarray(0, headerLength));
    try {
      return cipher.decrypt(sealed.subarray(headerLength));
    } catch {
      // The lengths are right, so there is one thing that can be wrong: the tag.
      return undefined;
    }
  },
});
