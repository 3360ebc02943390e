/**
 * Cuts a stream into records, in whatever pieces it comes: 3 bytes of length, then that many.
 * @see docs/wire/sealed.md, section 4
 * @module
 */

import { GCM_TAG } from "../../crypto/gcm.ts";
import { P2PError } from "../../errors.ts";

/** Bytes of a record's length field. */
export const RECORD_HEADER = 3;
/** The most plaintext of a record, in bytes: 64 KiB of payload and the chunks' headers. */
export const MAX_PLAINTEXT = 65_792;

const MIN_LENGTH = 1 + GCM_TAG;
const MAX_LENGTH = MAX_PLAINTEXT + GCM_TAG;

/** Give bytes with `push`, take whole records with `next`. */
export class RecordReader {
  #input: Uint8Array = EMPTY;
  /** The start of a record whose end hasn't come; `#kept` bytes of it are filled. */
  #partial: Uint8Array = EMPTY;
  #kept = 0;
  readonly #header = new Uint8Array(RECORD_HEADER);
  /** The last record that was put together of pieces, until it is given back. */
  #lent: Uint8Array = EMPTY;
  /** Memory that was given back, until nothing is left to read. */
  #spare: Uint8Array = EMPTY;

  /** Gives the next bytes. Call it when `next` has returned `undefined`. */
  push(bytes: Uint8Array): void {
    this.#input = bytes;
  }

  /**
   * The next whole record with its header, or `undefined` when more bytes are needed. It is the
   * caller's until it is given back.
   * @throws P2PError `P2P_ERR_SEALED_RECORD` for a length out of bounds, before anything is kept.
   */
  next(): Uint8Array | undefined {
    if (this.#kept < RECORD_HEADER) {
      if (this.#kept === 0 && this.#input.length === 0) this.#input = this.#spare = EMPTY;
      if (this.#kept === 0 && this.#input.length >= RECORD_HEADER) {
        const length = RECORD_HEADER + lengthOf(this.#input);
        if (this.#input.length >= length) return this.#view(length);
      }
      if (!this.#fill(this.#header, RECORD_HEADER)) return undefined;
      this.#partial = this.#room(RECORD_HEADER + lengthOf(this.#header));
      this.#partial.set(this.#header);
    }
    if (!this.#fill(this.#partial, this.#partial.length)) return undefined;
    this.#lent = this.#partial;
    this.#partial = EMPTY;
    this.#kept = 0;
    return this.#lent;
  }

  /** Takes back a record that isn't needed any more: its memory may serve for another. */
  giveBack(record: Uint8Array): void {
    if (record !== this.#lent) return;
    this.#spare = new Uint8Array(record.buffer);
    this.#lent = EMPTY;
  }

  #room(length: number): Uint8Array {
    const memory = this.#spare.length < length ? new Uint8Array(length) : this.#spare;
    this.#spare = EMPTY;
    return memory.subarray(0, length);
  }

  /** A record that lies in the input in one piece. */
  #view(length: number): Uint8Array {
    const record = this.#input.subarray(0, length);
    this.#input = this.#input.subarray(length);
    return record;
  }

  /** Moves input to where the record is gathered; true when it has `length` bytes. */
  #fill(target: Uint8Array, length: number): boolean {
    const piece = this.#input.subarray(0, length - this.#kept);
    target.set(piece, this.#kept);
    this.#kept += piece.length;
    this.#input = this.#input.subarray(piece.length);
    return this.#kept === length;
  }
}

const EMPTY = new Uint8Array(0);

/** The header of a record with so many bytes of plaintext. */
export function recordHeader(plaintext: number): Uint8Array {
  const length = plaintext + GCM_TAG;
  return Uint8Array.of(length >> 16, length >> 8, length);
}

function lengthOf(header: Uint8Array): number {
  const [high = 0, middle = 0, low = 0] = header;
  const length = (high << 16) | (middle << 8) | low;
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw new P2PError(
      `bad record: expected a length of ${MIN_LENGTH} to ${MAX_LENGTH}, got ${length}`,
      { code: "P2P_ERR_SEALED_RECORD" },
    );
  }
  return length;
}
