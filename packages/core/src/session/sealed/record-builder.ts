/**
 * Builds the plaintext of one record at a time, in memory that is used again.
 * @see docs/wire/sealed.md, section 5
 * @module
 */

import { ChunkHeader, ChunkType } from "./chunks.ts";
import { MAX_PLAINTEXT } from "./record-reader.ts";

/** The most payload of protocols in a record, so that a ping never waits behind more. */
const MAX_BULK = 65_536;
/** Records below this are padded to a multiple of `PAD_TO`, which hides their exact size. */
const PAD_BELOW = 4096;
const PAD_TO = 64;
/** What a new buffer has room for; most connections never need more. */
const SMALL = 4096;

/** A record that is being filled. The caller asks for the room first. */
export class RecordBuilder {
  #bytes = new Uint8Array(SMALL);
  #length = 0;
  /** Payload bytes of protocols. */
  #bulk = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  /** Gives the memory of large records back, while there is nothing to send. */
  release(): void {
    if (this.#bytes.length > SMALL) this.#bytes = new Uint8Array(SMALL);
  }

  /** Starts the next record. */
  reset(): void {
    this.#length = 0;
    this.#bulk = 0;
  }

  /** Bytes of payload that fit after a header of so many bytes; may be negative. */
  room(header: number): number {
    return MAX_PLAINTEXT - this.#length - header;
  }

  /** As `room`, for the payload of protocols. */
  bulkRoom(header: number): number {
    return Math.min(this.room(header), MAX_BULK - this.#bulk);
  }

  base(code: number, bytes: Uint8Array): void {
    this.#message(ChunkType.Msg, 0, 0, code);
    this.#payload(bytes);
  }

  msg(channel: number, flags: number, code: number, bytes: Uint8Array): void {
    this.#message(ChunkType.Msg, channel, flags, code);
    this.#payload(bytes);
    this.#bulk += bytes.length;
  }

  first(channel: number, flags: number, code: number, total: number, bytes: Uint8Array): void {
    this.#message(ChunkType.First, channel, flags, code);
    this.#number(total, 3);
    this.#payload(bytes);
    this.#bulk += bytes.length;
  }

  next(channel: number, bytes: Uint8Array): void {
    this.#number(ChunkType.Next, 1);
    this.#number(channel, 1);
    this.#payload(bytes);
    this.#bulk += bytes.length;
  }

  window(channel: number, increment: number): void {
    this.#number(ChunkType.Window, 1);
    this.#number(channel, 1);
    this.#number(increment, 4);
  }

  /** The plaintext, padded if it is a small one and `pad` says so; valid until `reset`. */
  finish(pad: boolean): Uint8Array {
    if (pad && this.#length < PAD_BELOW) {
      const padded = Math.ceil(this.#length / PAD_TO) * PAD_TO;
      this.#reserve(padded - this.#length).fill(0);
    }
    return this.#bytes.subarray(0, this.#length);
  }

  #message(type: number, channel: number, flags: number, code: number): void {
    this.#number(type, 1);
    this.#number(channel, 1);
    this.#number(flags, 1);
    this.#number(code, 4);
  }

  #payload(bytes: Uint8Array): void {
    this.#number(bytes.length, 3);
    this.#reserve(bytes.length).set(bytes);
  }

  #number(value: number, size: number): void {
    const target = this.#reserve(size);
    for (let i = 0; i < size; i++) target[i] = Math.floor(value / 2 ** (8 * (size - 1 - i)));
  }

  #reserve(length: number): Uint8Array {
    const start = this.#length;
    const end = start + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(MAX_PLAINTEXT, Math.max(end, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#length = end;
    return this.#bytes.subarray(start, end);
  }
}

/** What a base message takes in a record. */
export function baseSize(bytes: Uint8Array): number {
  return ChunkHeader.Msg + bytes.length;
}
