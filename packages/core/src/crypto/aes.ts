/**
 * AES as RLPx uses it: a CTR key stream that runs through a whole connection, and single blocks
 * for the MAC. This path looks its tables up by secret bytes, so it is not constant-time.
 * @module
 */

import { unsafe } from "@noble/ciphers/aes.js";

const AES_BLOCK = 16;

/** A running key stream. */
export interface CtrStream {
  /**
   * XORs the next `src.length` bytes of key stream with `src` into `dst`. Lengths are equal and a
   * multiple of 16. `dst` starts at a multiple of 4 in its buffer; it may be `src`.
   */
  apply(src: Uint8Array, dst: Uint8Array): void;
}

/** AES-256-CTR from a zero counter block. */
export function ctrStream(key: Uint8Array): CtrStream {
  const expanded = unsafe.expandKeyLE(key);
  const counter = new Uint8Array(AES_BLOCK);
  return {
    apply(src, dst) {
      // The cipher reads words: an input that isn't aligned is moved first.
      if (src.byteOffset % 4 !== 0) {
        dst.set(src);
        src = dst;
      }
      unsafe.ctrCounter(expanded, counter, src, dst);
    },
  };
}

/** Encrypts one block of 16 bytes, as is. */
export type BlockCipher = (src: Uint8Array, dst: Uint8Array) => void;

/** AES-256 on single blocks. Both arguments start at a multiple of 4 in their buffers. */
export function blockCipher(key: Uint8Array): BlockCipher {
  const expanded = unsafe.expandKeyLE(key);
  return (src, dst) => {
    dst.set(src);
    unsafe.encryptBlock(expanded, dst);
  };
}

/** AES-CTR with a key of 16 or 32 bytes and an IV of 16; returns new bytes. Encrypts and decrypts. */
export function aesCtr(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  // Copies: they are aligned, as the cipher's words need it, and it counts up in the IV.
  const result = new Uint8Array(bytes);
  unsafe.ctrCounter(unsafe.expandKeyLE(key), new Uint8Array(iv), result, result);
  return result;
}
