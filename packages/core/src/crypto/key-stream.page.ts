/**
 * Key stream from WebCrypto, which answers only later: it is made ahead of what is read, as much as
 * is read between two answers. What isn't there in time is left to the reader.
 * @module
 */

import type { WebAesCtr } from "../env.ts";
import { webAesCtr } from "../env.ts";
import type { KeyStream, NewKeyStream } from "./key-stream.ts";
import { counterBlock, KEY_STREAM_BLOCK } from "./key-stream.ts";

/** What one call makes, in bytes. */
const PIECE = 65_536;
const PIECE_BLOCKS = PIECE / KEY_STREAM_BLOCK;
/** The most that is made ahead, in pieces; reached by reading faster than the answers come. */
const MAX_AHEAD = 4;
const ZEROS = new Uint8Array(PIECE);

interface Piece {
  readonly start: number;
  /** Absent until it is made. */
  bytes?: Uint8Array;
}

class PageKeyStream implements KeyStream {
  #cipher: Promise<WebAesCtr> | undefined;
  /** In order, without gaps among those after the last miss. */
  #pieces: Piece[] = [];
  #ahead = 1;
  /** Calls under way; bounded, since a reader that doesn't wait drops what they are for. */
  #making = 0;

  constructor(cipher: Promise<WebAesCtr>) {
    this.#cipher = cipher;
    cipher.catch(() => this.release());
  }

  fill(block: number, into: Uint8Array, at: number, length: number): boolean {
    const end = block + length / KEY_STREAM_BLOCK;
    while ((this.#pieces[0]?.start ?? block) + PIECE_BLOCKS <= block) this.#pieces.shift();
    const filled = this.#copy(block, into.subarray(at, at + length));
    if (!filled && this.#pieces.length > 0) this.#ahead = Math.min(this.#ahead * 2, MAX_AHEAD);
    this.#makeAhead(end);
    return filled;
  }

  release(): void {
    this.#cipher = undefined;
    this.#pieces = [];
  }

  #copy(block: number, into: Uint8Array): boolean {
    let at = 0;
    for (const { start, bytes } of this.#pieces) {
      const from = (block - start) * KEY_STREAM_BLOCK + at;
      if (!bytes || from < 0) return false;
      const part = bytes.subarray(from, from + into.length - at);
      into.set(part, at);
      at += part.length;
      if (at === into.length) return true;
    }
    return false;
  }

  #makeAhead(block: number): void {
    const last = this.#pieces.at(-1);
    let next = Math.max(block, last ? last.start + PIECE_BLOCKS : block);
    for (; this.#pieces.length < this.#ahead; next += PIECE_BLOCKS) {
      if (!this.#cipher || this.#making === MAX_AHEAD) return;
      const piece = { start: next };
      this.#pieces.push(piece);
      this.#make(piece, this.#cipher).catch(() => this.release());
    }
  }

  async #make(piece: Piece, cipher: Promise<WebAesCtr>): Promise<void> {
    this.#making++;
    const encrypt = await cipher;
    piece.bytes = await encrypt(counterBlock(piece.start), ZEROS);
    this.#making--;
  }
}

/** Where there is no WebCrypto, outside secure contexts, no key stream is ever at hand. */
const NONE: KeyStream = { fill: () => false, release() {} };

/** @see NewKeyStream */
export const newKeyStream: NewKeyStream = (key) => {
  const cipher = webAesCtr(key);
  return cipher ? new PageKeyStream(cipher) : NONE;
};
