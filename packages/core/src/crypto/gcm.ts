/**
 * AES-256-GCM for the records of a sealed session. `#gcm` is the one for this runtime.
 * @module
 */

/** Bytes of a tag. */
export const GCM_TAG = 16;

/** Now, or later where the platform's own cipher is asynchronous. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * The cipher under one key. No nonce may be used twice. A record must not change until the cipher
 * has answered, a nonce may; answers may come in another order than they were asked for.
 */
export interface Gcm {
  /**
   * Encrypts a record in place and gives it: a header, which is authenticated with the rest, the
   * plaintext, and room for the tag.
   */
  seal(nonce: Uint8Array, record: Uint8Array, headerLength: number): MaybePromise<Uint8Array>;
  /** The plaintext of what `seal` gave, as new bytes; `undefined` when the tag is wrong. */
  open(
    nonce: Uint8Array,
    sealed: Uint8Array,
    headerLength: number,
  ): MaybePromise<Uint8Array | undefined>;
}

/** Makes the cipher for a key of 32 bytes. */
export type NewGcm = (key: Uint8Array) => Gcm;
