/**
 * The buffer that gathers the frames of a turn of the event loop, so that they leave in one write.
 * @module
 */

/** What is kept while nothing is sent, in bytes; larger buffers are given back. */
const KEPT = 4_096;
/** The least memory taken, and the most that is taken in advance, in bytes. */
const SMALLEST = 1_024;
const LARGEST_GUESS = 131_072;

/** A growing buffer. It starts at a multiple of 16 and so do the frames in it. */
export class OutBuffer {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  /** How much was gathered last time: so much is taken at once, instead of grown to. */
  #guess = SMALLEST;

  /** Bytes gathered. */
  get length(): number {
    return this.#length;
  }

  /** Room for `length` more bytes, to be filled by the caller; valid until the next call. */
  append(length: number): Uint8Array {
    const start = this.#length;
    const end = start + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length, this.#guess));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#length = end;
    return this.#bytes.subarray(start, end);
  }

  /** Hands over what was gathered; the buffer is empty and without memory then. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#guess = Math.min(Math.max(this.#length, SMALLEST), LARGEST_GUESS);
    this.#bytes = EMPTY;
    this.#length = 0;
    return taken;
  }

  /** Takes back memory that was handed over and isn't used any more. */
  reuse(bytes: Uint8Array): void {
    const memory = bytes.buffer;
    if (this.#length > 0 || this.#bytes.length >= memory.byteLength) return;
    if (memory.byteLength <= KEPT) this.#bytes = new Uint8Array(memory);
  }
}

const EMPTY = new Uint8Array(0);
