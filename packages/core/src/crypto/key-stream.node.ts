/**
 * Key stream from `node:crypto`. A call costs as much as 2 KB of its work, so small reads are
 * served from what was made in advance.
 * @module
 */

import type { KeyStream, NewKeyStream } from "./key-stream.ts";
import { counterBlock, KEY_STREAM_BLOCK } from "./key-stream.ts";

// Declared here, so that core needs no types of Node; and got in a way that no bundler follows.
declare const process: {
  getBuiltinModule(name: "node:crypto"): {
    createCipheriv(algorithm: string, key: Uint8Array, iv: Uint8Array): Cipher;
  };
};

interface Cipher {
  update(bytes: Uint8Array): Uint8Array;
}

/** Made in advance, in bytes: all that an idle connection keeps. */
const AHEAD = 2_048;
/** The most that one call of the cipher makes, in bytes. */
const ZEROS = new Uint8Array(65_536);

const { createCipheriv } = process.getBuiltinModule("node:crypto");

class NodeKeyStream implements KeyStream {
  #key: Uint8Array;
  #cipher: Cipher | undefined;
  /** The block that the cipher makes next. */
  #next = 0;
  /** Made and not read yet: what comes before block `#next`. */
  #ahead: Uint8Array = ZEROS.subarray(0, 0);

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  fill(block: number, into: Uint8Array): boolean {
    this.#seek(block);
    let at = Math.min(this.#ahead.length, into.length);
    into.set(at === this.#ahead.length ? this.#ahead : this.#ahead.subarray(0, at));
    this.#ahead = this.#ahead.subarray(at);
    while (at < into.length) {
      const missing = into.length - at;
      const made = this.#make(Math.max(AHEAD, Math.min(missing, ZEROS.length)));
      const used = made.length > missing ? made.subarray(0, missing) : made;
      into.set(used, at);
      at += used.length;
      this.#ahead = made.subarray(used.length);
    }
    return true;
  }

  release(): void {
    this.#key = ZEROS;
    this.#cipher = undefined;
    this.#ahead = ZEROS.subarray(0, 0);
  }

  #seek(block: number): void {
    const start = this.#next - this.#ahead.length / KEY_STREAM_BLOCK;
    if (this.#cipher && start === block) return;
    this.#cipher = createCipheriv("aes-256-ctr", this.#key, counterBlock(block));
    this.#next = block;
    this.#ahead = ZEROS.subarray(0, 0);
  }

  #make(length: number): Uint8Array {
    this.#next += length / KEY_STREAM_BLOCK;
    return this.#cipher?.update(ZEROS.subarray(0, length)) ?? ZEROS;
  }
}

/** @see NewKeyStream */
export const newKeyStream: NewKeyStream = (key) => new NodeKeyStream(key);
