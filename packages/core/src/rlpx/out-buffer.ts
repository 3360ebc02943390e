/**
 * The buffer that gathers the frames of a turn of the event loop, so that they leave in one write.
 * @module
 */

/** What is kept while nothing is sent, for all connections together: so many buffers. */
const MAX_RESTING = 16;
/** Up to so many bytes are small: a large buffer isn't taken for them. */
const SMALL = 4_096;
/** What is used again while something is, in bytes. */
const LARGEST_REUSED = 2_097_152;
/** The least memory taken, and the most that is taken in advance or kept at rest, in bytes. */
const SMALLEST = 1_024;
const LARGEST_GUESS = 131_072;
/** Memory of buffers at rest; whichever gathers next takes it. */
const resting: Uint8Array[] = [];

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
      const wanted = Math.max(end, 2 * this.#bytes.length, this.#guess);
      const larger = takeResting(wanted) ?? new Uint8Array(roundedUp(wanted));
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

  /** Nothing is sent for now: gives back all memory. */
  rest(): void {
    const bytes = this.#bytes;
    this.#spare = EMPTY;
    this.#bytes = EMPTY;
    const useful = bytes.length >= SMALLEST && bytes.length <= LARGEST_GUESS;
    if (useful && resting.length < MAX_RESTING) resting.push(bytes);
  }
}

const EMPTY = new Uint8Array(0);

function takeResting(length: number): Uint8Array | undefined {
  const at = resting.findLastIndex(
    (memory) => memory.length >= length && (length > SMALL || memory.length <= SMALL),
  );
  return at < 0 ? undefined : resting.splice(at, 1)[0];
}

/** In powers of two, so that what one connection leaves at rest fits another. */
function roundedUp(length: number): number {
  return length > LARGEST_GUESS ? length : 2 ** Math.ceil(Math.log2(length));
}
