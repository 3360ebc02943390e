/**
 * Builds the plaintext of one record at a time, in memory that is used again.
 * @see docs/wire/sealed.md, section 5
 * @module
 */

import { GCM_TAG } from "../../crypto/gcm.ts";
import { writeUint } from "../../wire/bytes.ts";
import { BASE_CHANNEL, ChunkHeader, ChunkType } from "./chunks.ts";
import { MAX_PLAINTEXT, RECORD_HEADER } from "./record-reader.ts";

/** The most payload of protocols in a record, so that a ping never waits behind more. */
export const MAX_BULK = 65_536;
/** Records below this are padded to a multiple of `PAD_TO`, which hides their exact size. */
const PAD_BELOW = 4096;
const PAD_TO = 64;
/** What a new buffer has room for; most connections never need more. */
const SMALL = 1024;

/** What the first chunk of a message says of it. */
export interface MessageStart {
  /** Relative to the protocol. */
  readonly code: number;
  readonly flags: number;
}

/** A record that is being filled. The caller asks for the room first. */
export class RecordBuilder {
  #bytes = newMemory(SMALL);
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

  /** Gives the memory of large records back, while there is nothing to send. */
  release(): void {
    if (this.#bytes.length > SMALL) this.#bytes = newMemory(SMALL);
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
   * The plaintext, padded if it is a small one and `pad` says so; valid until `reset`. Around it is
   * room for the rest of a record.
   */
  finish(pad: boolean): Uint8Array {
    if (pad && this.#length < PAD_BELOW) {
      const start = this.#length;
      const padded = Math.ceil(start / PAD_TO) * PAD_TO;
      this.#reserve(padded - start);
      this.#bytes.fill(0, start, padded);
    }
    return this.#bytes.subarray(0, this.#length);
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
    const end = this.#length + length;
    if (end > this.#bytes.length) {
      const larger = newMemory(Math.min(MAX_PLAINTEXT, Math.max(end, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#length = end;
  }
}

/** Room for so much plaintext, with what becomes a record around it. */
function newMemory(plaintext: number): Uint8Array {
  return new Uint8Array(RECORD_HEADER + plaintext + GCM_TAG).subarray(RECORD_HEADER, -GCM_TAG);
}

/** What lies around a plaintext that a builder gave: room for the record that it becomes. */
export function recordMemory({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset - RECORD_HEADER, RECORD_HEADER + length + GCM_TAG);
}

/** What a base message takes in a record. */
export function baseSize(bytes: Uint8Array): number {
  return ChunkHeader.Msg + bytes.length;
}
