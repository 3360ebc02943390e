/**
 * Key stream from `node:crypto`. A call costs as much as 2 KB of its work, so small reads are
 * served from what was made in advance.
 * @module
 */

import { plainView } from "../wire/bytes.ts";
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
const NOTHING = new Uint8Array(0);

const { createCipheriv } = process.getBuiltinModule("node:crypto");

class NodeKeyStream implements KeyStream {
  #key: Uint8Array;
  #cipher: Cipher | undefined;
  /** The block that the cipher makes next. */
  #next = 0;
  /** Made, and not read yet from `#at` on: what comes before block `#next`. */
  #ahead: Uint8Array = NOTHING;
  #at = 0;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  fill(block: number, into: Uint8Array): boolean {
    this.#seek(block);
    for (let at = 0; ; ) {
      const part = this.#ahead.subarray(this.#at, this.#at + into.length - at);
      into.set(part, at);
      at += part.length;
      this.#at += part.length;
      if (at === into.length) return true;
      this.#make(Math.max(AHEAD, Math.min(into.length - at, ZEROS.length)));
    }
  }

  release(): void {
    this.#key = ZEROS;
    this.#cipher = undefined;
    this.#ahead = NOTHING;
    this.#at = 0;
  }

  #seek(block: number): void {
    const start = this.#next - (this.#ahead.length - this.#at) / KEY_STREAM_BLOCK;
    if (this.#cipher && start === block) return;
    this.#cipher = createCipheriv("aes-256-ctr", this.#key, counterBlock(block));
    this.#next = block;
    this.#ahead = NOTHING;
    this.#at = 0;
  }

  #make(length: number): void {
    this.#next += length / KEY_STREAM_BLOCK;
    // A plain view: parts of a Buffer are slow to make.
    this.#ahead = plainView(this.#cipher?.update(ZEROS.subarray(0, length)) ?? ZEROS);
    this.#at = 0;
  }
}

/** @see NewKeyStream */
export const newKeyStream: NewKeyStream = (key) => new NodeKeyStream(key);
