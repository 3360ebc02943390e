/**
 * The MAC of RLPx frames: a keccak that runs through the whole connection, stirred by AES.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

import type { BlockCipher } from "../crypto/aes.ts";
import type { RunningKeccak } from "../crypto/keccak.ts";
import { MAC_LENGTH } from "./frame-cipher.ts";

/** One direction's MAC. What the methods return is valid until the next call. */
export class FrameMac {
  readonly #hash: RunningKeccak;
  readonly #encrypt: BlockCipher;
  /** The hash's current digest, so that each step takes one snapshot instead of two. */
  readonly #digest = new Uint8Array(32);
  readonly #mac = this.#digest.subarray(0, MAC_LENGTH);
  readonly #block = new Uint8Array(MAC_LENGTH);

  constructor(hash: RunningKeccak, encrypt: BlockCipher) {
    this.#hash = hash;
    this.#encrypt = encrypt;
    hash.digestInto(this.#digest);
  }

  /** Takes the 16 encrypted bytes of a header; gives its MAC. */
  header(ciphertext: Uint8Array): Uint8Array {
    return this.#stir(ciphertext);
  }

  /** Takes the encrypted body, padding included; gives its MAC. */
  body(ciphertext: Uint8Array): Uint8Array {
    this.#hash.update(ciphertext);
    this.#hash.digestInto(this.#digest);
    return this.#stir(this.#mac);
  }

  #stir(seed: Uint8Array): Uint8Array {
    const block = this.#block;
    this.#encrypt(this.#mac, block);
    for (let i = 0; i < MAC_LENGTH; i++) block[i] = (block[i] ?? 0) ^ (seed[i] ?? 0);
    this.#hash.update(block);
    this.#hash.digestInto(this.#digest);
    return this.#mac;
  }
}
