/**
 * The buffer that gathers the frames of a turn of the event loop, so that they leave in one write.
 * @module
 */

/** What is kept while nothing is sent, in bytes. */
const KEPT = 4_096;
/** What is used again while something is, in bytes. */
const LARGEST_REUSED = 2_097_152;
/** The least memory taken, and the most that is taken in advance, in bytes. */
const SMALLEST = 1_024;
const LARGEST_GUESS = 131_072;
/**
 * Memory that one buffer gave back and another takes, so that many connections with a little to send
 * each don't take new memory every time; at most so many pieces of at most LARGEST_GUESS bytes.
 */
const MAX_SHARED = 16;
const shared: Uint8Array[] = [];

/** A growing buffer. It starts at a multiple of 16 and so do the frames in it. */
export class OutBuffer {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  /** Memory for the next time. */
  #spare: Uint8Array = EMPTY;
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
      const larger = takeMemory(Math.max(end, 2 * this.#bytes.length, this.#guess));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#length = end;
    return this.#bytes.subarray(start, end);
  }

  /** Hands over what was gathered; the buffer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#guess = Math.min(Math.max(this.#length, SMALLEST), LARGEST_GUESS);
    this.#bytes = this.#spare;
    this.#spare = EMPTY;
    this.#length = 0;
    return taken;
  }

  /** Takes back memory that was handed over and isn't used any more. */
  reuse(bytes: Uint8Array): void {
    const memory = new Uint8Array(bytes.buffer);
    if (memory.length > LARGEST_REUSED) return;
    if (this.#length === 0 && this.#bytes.length < memory.length) this.#bytes = memory;
    else this.#spare = memory;
  }

  /** Nothing is sent for now: gives back all memory but for a little. */
  rest(): void {
    this.#spare = EMPTY;
    if (this.#bytes.length <= KEPT) return;
    if (this.#bytes.length <= LARGEST_GUESS && shared.length < MAX_SHARED) shared.push(this.#bytes);
    this.#bytes = EMPTY;
  }
}

const EMPTY = new Uint8Array(0);

function takeMemory(length: number): Uint8Array {
  if (length <= KEPT || length > LARGEST_GUESS) return new Uint8Array(length);
  const found = shared.findLastIndex((memory) => memory.length >= length);
  const [memory] = found < 0 ? [] : shared.splice(found, 1);
  // In powers of two, so that what one connection gave back fits another.
  return memory ?? new Uint8Array(2 ** Math.ceil(Math.log2(length)));
}
