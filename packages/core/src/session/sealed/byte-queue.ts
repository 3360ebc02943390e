/**
 * Bytes that wait, as copies in blocks that are used again: what large messages cost is their
 * memory, not the copying.
 * @module
 */

import { Fifo } from "./fifo.ts";

/** The size of blocks: each is twice as large as the one before it, up to the largest. */
const SMALLEST = 256;
const LARGEST = 65_536;

/** First in, first out. */
export class ByteQueue {
  readonly #blocks = new Fifo<Uint8Array>();
  /** The last of the blocks; bytes are added at `#end` of it. */
  #tail: Uint8Array = EMPTY;
  #end = 0;
  /** Where the first byte lies in the first block. */
  #start = 0;
  /** A block that was emptied while others waited. */
  #spare: Uint8Array = EMPTY;

  /** Adds a copy. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#end === this.#tail.length) this.#addBlock(bytes.length - at);
      const part = bytes.subarray(at, at + this.#tail.length - this.#end);
      this.#tail.set(part, this.#end);
      this.#end += part.length;
      at += part.length;
    }
  }

  /** Moves the first bytes to `target` until it is full; so many must be there. */
  shiftInto(target: Uint8Array): void {
    for (let at = 0; at < target.length; ) {
      const block = this.#blocks.first ?? EMPTY;
      const part = block.subarray(this.#start, this.#start + target.length - at);
      target.set(part, at);
      this.#start += part.length;
      at += part.length;
      if (this.#start === block.length) this.#dropBlock();
    }
    const { length } = this.#blocks;
    if (length === 0 || (length === 1 && this.#start === this.#end)) this.clear();
  }

  /** Forgets everything; gives all memory back but for a small block. */
  clear(): void {
    this.#blocks.clear();
    this.#spare = EMPTY;
    this.#start = 0;
    this.#end = 0;
    if (this.#tail.length === SMALLEST) this.#blocks.push(this.#tail);
    else this.#tail = EMPTY;
  }

  #addBlock(needed: number): void {
    const size = Math.min(LARGEST, Math.max(needed, 2 * this.#tail.length, SMALLEST));
    this.#tail = this.#spare.length >= size ? this.#spare : new Uint8Array(size);
    this.#spare = EMPTY;
    this.#blocks.push(this.#tail);
    this.#end = 0;
  }

  #dropBlock(): void {
    const block = this.#blocks.shift() ?? EMPTY;
    if (block.length === LARGEST) this.#spare = block;
    this.#start = 0;
  }
}

const EMPTY = new Uint8Array(0);
