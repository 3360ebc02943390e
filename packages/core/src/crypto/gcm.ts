/**
 * AES-256-GCM for the records of a sealed session. `#gcm` is the one for this runtime.
 * @module
 */

/** Bytes of a tag. */
export const GCM_TAG = 16;

/** Now, or later where the platform's own cipher is asynchronous. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * The cipher under one key. No nonce may be used twice. What it was given must not change until it
 * has answered, and answers may come in another order than they were asked for.
 */
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
