/**
 * Bytes that wait, as copies in blocks that are used again: what large messages cost is their
 * memory, not the copying.
 * @module
 */

import { Fifo } from "../../fifo.ts";
import { BLOCK_SIZE, giveBlock, takeBlock } from "./block-pool.ts";

/** The first block's size; each is twice as large as the one before it, up to those of the pool. */
const SMALLEST = 256;

/** First in, first out. */
export class ByteQueue {
  readonly #blocks = new Fifo<Uint8Array>();
  /** The last of the blocks; bytes are added at `#end` of it. */
  #tail: Uint8Array = EMPTY;
  #end = 0;
  /** Where the first byte lies in the first block. */
  #start = 0;

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
    this.#start = 0;
    this.#end = 0;
    if (this.#blocks.length === 1 && this.#tail.length === SMALLEST) return;
    const kept = this.#tail.length === SMALLEST ? this.#tail : EMPTY;
    for (let block = this.#blocks.shift(); block; block = this.#blocks.shift()) giveBack(block);
    this.#tail = kept;
    if (kept.length > 0) this.#blocks.push(kept);
  }

  #addBlock(needed: number): void {
    const size = Math.max(needed, 2 * this.#tail.length, SMALLEST);
    this.#tail = size * 2 > BLOCK_SIZE ? takeBlock() : new Uint8Array(size);
    this.#blocks.push(this.#tail);
    this.#end = 0;
  }

  #dropBlock(): void {
    giveBack(this.#blocks.shift() ?? EMPTY);
    this.#start = 0;
  }
}

const EMPTY = new Uint8Array(0);

function giveBack(block: Uint8Array): void {
  if (block.length === BLOCK_SIZE) giveBlock(block);
}
