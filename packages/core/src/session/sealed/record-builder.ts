/**
 * Builds the plaintext of one record at a time, in memory that is used again.
 * @see docs/wire/sealed.md, section 5
 * @module
 */

import { GCM_TAG } from "../../crypto/gcm.ts";
import { writeUint } from "../../wire/bytes.ts";
import { giveBlock, takeBlock } from "./block-pool.ts";
import { BASE_CHANNEL, ChunkHeader, ChunkType } from "./chunks.ts";
import { MAX_PLAINTEXT, RECORD_HEADER } from "./record-reader.ts";

/** The most payload of protocols in a record, so that a ping never waits behind more. */
export const MAX_BULK = 65_536;
/** Records below this are padded to a multiple of `PAD_TO`, which hides their exact size. */
const PAD_BELOW = 4096;
const PAD_TO = 64;
/** A builder's own memory; most connections never need more. */
const SMALL = 1024;

/** What the first chunk of a message says of it. */
export interface MessageStart {
  /** Relative to the protocol. */
  readonly code: number;
  readonly flags: number;
}

/** A record that is being filled. The caller asks for the room first. */
export class RecordBuilder {
  readonly #small = new Uint8Array(SMALL);
  /** Where the record is built: the small memory, or a block for a large one. */
  #memory: Uint8Array = this.#small;
  /** The part of it for the plaintext. */
  #bytes = inside(this.#small);
  #length = 0;
  /** Payload bytes of protocols. */
  #bulk = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  /** Whether messages of protocols are in it. */
  get hasBulk(): boolean {
    return this.#bulk > 0;
  }

  /** Gives the memory of large records back: there is nothing to send, and none is being sent. */
  release(): void {
    if (this.#memory === this.#small) return;
    giveBlock(this.#memory);
    this.#memory = this.#small;
    this.#bytes = inside(this.#small);
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

  /** Adds a message of the base protocol. */
  base(code: number, bytes: Uint8Array): void {
    const start = this.#chunk(ChunkType.Msg, BASE_CHANNEL, ChunkHeader.Msg + bytes.length);
    this.#message(start, { code, flags: 0 });
    this.#payload(start + ChunkHeader.Msg, bytes.length).set(bytes);
  }

  /** Adds a whole message, whose bytes the caller puts where this says. */
  msg(channel: number, message: MessageStart, size: number): Uint8Array {
    const start = this.#chunk(ChunkType.Msg, channel, ChunkHeader.Msg + size);
    this.#message(start, message);
    return this.#bulkPayload(start + ChunkHeader.Msg, size);
  }

  /** Adds the first `size` bytes of a message, as `msg` does. */
  first(channel: number, message: MessageStart, total: number, size: number): Uint8Array {
    const start = this.#chunk(ChunkType.First, channel, ChunkHeader.First + size);
    this.#message(start, message);
    writeUint(total, this.#bytes, start + 7, 3);
    return this.#bulkPayload(start + ChunkHeader.First, size);
  }

  /** Adds the next `size` bytes of a message, as `msg` does. */
  next(channel: number, size: number): Uint8Array {
    const start = this.#chunk(ChunkType.Next, channel, ChunkHeader.Next + size);
    return this.#bulkPayload(start + ChunkHeader.Next, size);
  }

  /** Adds credit. */
  window(channel: number, increment: number): void {
    const start = this.#chunk(ChunkType.Window, channel, ChunkHeader.Window);
    writeUint(increment, this.#bytes, start + 2, 4);
  }

  /**
   * The record, with its plaintext padded if it is a small one and `pad` says so, and room for the
   * tag; valid until `reset`.
   */
  finish(pad: boolean): Uint8Array {
    if (pad && this.#length < PAD_BELOW) {
      const start = this.#length;
      const padded = Math.ceil(start / PAD_TO) * PAD_TO;
      this.#reserve(padded - start);
      this.#bytes.fill(0, start, padded);
    }
    const length = this.#length + GCM_TAG;
    writeUint(length, this.#memory, 0, RECORD_HEADER);
    return this.#memory.subarray(0, RECORD_HEADER + length);
  }

  /** Takes so many bytes for a chunk; gives where it starts. */
  #chunk(type: number, channel: number, length: number): number {
    const start = this.#length;
    this.#reserve(length);
    this.#bytes[start] = type;
    this.#bytes[start + 1] = channel;
    return start;
  }

  #message(start: number, { code, flags }: MessageStart): void {
    this.#bytes[start + 2] = flags;
    writeUint(code, this.#bytes, start + 3, 4);
  }

  #bulkPayload(at: number, size: number): Uint8Array {
    this.#bulk += size;
    return this.#payload(at, size);
  }

  /** Writes the length, a header's last field; gives the room behind it. */
  #payload(at: number, size: number): Uint8Array {
    writeUint(size, this.#bytes, at - 3, 3);
    return this.#bytes.subarray(at, at + size);
  }

  #reserve(length: number): void {
    const start = this.#length;
    const end = start + length;
    if (end > this.#bytes.length) {
      const small = this.#bytes;
      this.#memory = takeBlock();
      this.#bytes = inside(this.#memory);
      this.#bytes.set(small.subarray(0, start));
    }
    this.#length = end;
  }
}

/** Room for plaintext, with what makes it a record around it. */
function inside(memory: Uint8Array): Uint8Array {
  return memory.subarray(RECORD_HEADER, -GCM_TAG);
}

/** What a base message takes in a record. */
export function baseSize(bytes: Uint8Array): number {
  return ChunkHeader.Msg + bytes.length;
}
