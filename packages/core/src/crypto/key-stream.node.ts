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
const ZEROS = new Uint8Array(98_304);
/** Up to so many bytes are copied sooner than the view is made that `set` needs. */
const SHORT = 128;
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

  fill(block: number, into: Uint8Array, at: number, length: number): boolean {
    this.#seek(block);
    for (let left = length; ; ) {
      const part = Math.min(left, this.#ahead.length - this.#at);
      this.#read(part, into, at + length - left);
      left -= part;
      if (left === 0) break;
      this.#make(Math.max(AHEAD, Math.min(left, ZEROS.length)));
    }
    if (this.#at === this.#ahead.length) this.#drop();
    return true;
  }

  apply(block: number, bytes: Uint8Array): Uint8Array {
    this.#skip(block);
    this.#next += bytes.length / KEY_STREAM_BLOCK;
    return this.#update(bytes);
  }

  release(): void {
    this.#key = ZEROS;
    this.#cipher = undefined;
    this.#drop();
  }

  /** Reads on from `block`, among what was made in advance if it is there. */
  #seek(block: number): void {
    const at = this.#ahead.length - (this.#next - block) * KEY_STREAM_BLOCK;
    if (this.#cipher && at >= 0 && at <= this.#ahead.length) this.#at = at;
    else this.#skip(block);
  }

  /** Makes `block` what the cipher makes next, with nothing in advance. */
  #skip(block: number): void {
    const gap = (block - this.#next) * KEY_STREAM_BLOCK;
    if (this.#cipher && gap >= 0 && gap <= AHEAD) {
      if (gap > 0) this.#cipher.update(ZEROS.subarray(0, gap));
    } else {
      this.#cipher = createCipheriv("aes-256-ctr", this.#key, counterBlock(block));
    }
    this.#next = block;
    this.#drop();
  }

  #drop(): void {
    this.#ahead = NOTHING;
    this.#at = 0;
  }

  #read(length: number, into: Uint8Array, to: number): void {
    const ahead = this.#ahead;
    const from = this.#at;
    this.#at += length;
    if (length > SHORT) into.set(ahead.subarray(from, from + length), to);
    else for (let i = 0; i < length; i++) into[to + i] = ahead[from + i] as number;
  }

  #make(length: number): void {
    this.#next += length / KEY_STREAM_BLOCK;
    this.#ahead = this.#update(ZEROS.subarray(0, length));
    this.#at = 0;
  }

  #update(bytes: Uint8Array): Uint8Array {
    if (!this.#cipher) throw new Error("a key stream was used after its release");
    // A plain view: parts of a Buffer are slow to make.
    return plainView(this.#cipher.update(bytes));
  }
}

/** @see NewKeyStream */
export const newKeyStream: NewKeyStream = (key) => new NodeKeyStream(key);
