/**
 * Cuts a stream into records, in whatever pieces it comes: 3 bytes of length, then that many.
 * @see docs/wire/sealed.md, section 4
 * @module
 */

import { GCM_TAG } from "../../crypto/gcm.ts";
import { P2PError } from "../../errors.ts";
import { giveBlock, takeBlock } from "./block-pool.ts";

/** Bytes of a record's length field. */
export const RECORD_HEADER = 3;
/** The most plaintext of a record, in bytes: 64 KiB of payload and the chunks' headers. */
export const MAX_PLAINTEXT = 65_792;

/** The largest record with its length field, in bytes. */
export const MAX_RECORD = RECORD_HEADER + MAX_PLAINTEXT + GCM_TAG;

/** Records above this are put together in memory that is used again. */
const SMALL = 4096;

const MIN_LENGTH = 1 + GCM_TAG;
const MAX_LENGTH = MAX_PLAINTEXT + GCM_TAG;

/** Give bytes with `push`, take whole records with `next`. */
export class RecordReader {
  #input: Uint8Array = EMPTY;
  /** The start of a record whose end hasn't come; `#kept` bytes of it are filled. */
  #partial: Uint8Array = EMPTY;
  #kept = 0;
  readonly #header = new Uint8Array(RECORD_HEADER);
  /** Large records that were put together of pieces, until they are given back. */
  readonly #lent = new Set<Uint8Array>();

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
      if (this.#kept === 0 && this.#input.length === 0) this.#input = EMPTY;
      if (this.#kept === 0 && this.#input.length >= RECORD_HEADER) {
        const length = RECORD_HEADER + lengthOf(this.#input);
        if (this.#input.length >= length) return this.#view(length);
      }
      if (!this.#fill(this.#header, RECORD_HEADER)) return undefined;
      this.#partial = roomFor(RECORD_HEADER + lengthOf(this.#header));
      this.#partial.set(this.#header);
    }
    if (!this.#fill(this.#partial, this.#partial.length)) return undefined;
    const record = this.#partial;
    if (record.length > SMALL) this.#lent.add(record);
    this.#partial = EMPTY;
    this.#kept = 0;
    return record;
  }

  /** Takes back a record that isn't needed any more: its memory may serve for another. */
  giveBack(record: Uint8Array): void {
    if (this.#lent.delete(record)) giveBlock(new Uint8Array(record.buffer));
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

function roomFor(length: number): Uint8Array {
  return length > SMALL ? takeBlock().subarray(0, length) : new Uint8Array(length);
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
