/**
 * The chunks that a record's plaintext is made of: what each looks like, and what is wrong with one.
 * @see docs/wire/sealed.md, section 5
 * @module
 */

import { DiscReason, P2PError } from "../../errors.ts";
import { readUint } from "../../wire/bytes.ts";

/** The first byte of a chunk. */
export const ChunkType = { Pad: 0x00, Msg: 0x10, First: 0x11, Next: 0x12, Window: 0x20 } as const;

/** The bytes of each chunk before its payload. */
export const ChunkHeader = { Msg: 10, First: 13, Next: 5, Window: 6 } as const;

/** The only flag: the payload is a snappy block. */
export const FLAG_SNAPPY = 1;
/** The channel of the base protocol. */
export const BASE_CHANNEL = 0;
/** The smallest piece of a message, but for the last, in bytes. */
export const MIN_PIECE = 1024;

/** A whole message. */
export interface MsgChunk {
  readonly type: typeof ChunkType.Msg;
  readonly channel: number;
  readonly flags: number;
  /** Relative to the protocol. */
  readonly code: number;
  /** A view of the plaintext. */
  readonly bytes: Uint8Array;
}

/** The start of a message that goes on. */
export interface FirstChunk extends Omit<MsgChunk, "type"> {
  readonly type: typeof ChunkType.First;
  /** Bytes of the whole message. */
  readonly total: number;
}

/** More of a message. */
export interface NextChunk {
  readonly type: typeof ChunkType.Next;
  readonly channel: number;
  readonly bytes: Uint8Array;
}

/** Credit for a channel. */
export interface WindowChunk {
  readonly type: typeof ChunkType.Window;
  readonly channel: number;
  readonly increment: number;
}

/** One chunk. Padding isn't one: it only fills. */
export type Chunk = MsgChunk | FirstChunk | NextChunk | WindowChunk;

/**
 * Reads a whole plaintext. It gives no chunks for one of padding only.
 * @throws P2PError `P2P_ERR_SEALED_CHUNK` for what the grammar alone forbids.
 */
export function readChunks(plaintext: Uint8Array): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let at = 0;
  while (at < plaintext.length) {
    if (plaintext[at] === ChunkType.Pad) {
      requireZeros(plaintext, at);
      break;
    }
    const chunk = readChunk(plaintext, at);
    chunks.push(chunk);
    at += chunkLength(chunk);
  }
  return chunks;
}

/** The error of an authentic record with content that the rules forbid. */
export function badChunk(why: string, cause?: unknown): P2PError {
  const reason = DiscReason.ProtocolError;
  return new P2PError(`bad record content: ${why}`, {
    code: "P2P_ERR_SEALED_CHUNK",
    reason,
    cause,
  });
}

function readChunk(plaintext: Uint8Array, at: number): Chunk {
  const type = plaintext[at];
  const channel = plaintext[at + 1] ?? 0;
  if (type === ChunkType.Msg) {
    const { flags, code } = readMessage(plaintext, at, ChunkHeader.Msg);
    return { type, channel, flags, code, bytes: payload(plaintext, at, ChunkHeader.Msg) };
  }
  if (type === ChunkType.First) {
    const { flags, code } = readMessage(plaintext, at, ChunkHeader.First);
    const total = readUint(plaintext, at + 7, 3);
    const bytes = payload(plaintext, at, ChunkHeader.First);
    if (bytes.length >= total) throw badChunk("a message's start is all of it");
    return { type, channel, flags, code, total, bytes };
  }
  if (type === ChunkType.Next) {
    return { type, channel, bytes: payload(plaintext, at, ChunkHeader.Next) };
  }
  if (type === ChunkType.Window) {
    if (at + ChunkHeader.Window > plaintext.length) throw cutOff();
    return { type, channel, increment: readUint(plaintext, at + 2, 4) };
  }
  throw badChunk(`unknown chunk type 0x${(type ?? 0).toString(16)}`);
}

function readMessage(
  plaintext: Uint8Array,
  at: number,
  header: number,
): { readonly flags: number; readonly code: number } {
  if (at + header > plaintext.length) throw cutOff();
  const flags = plaintext[at + 2] ?? 0;
  if ((flags & ~FLAG_SNAPPY) !== 0) throw badChunk(`unknown flags 0x${flags.toString(16)}`);
  return { flags, code: readUint(plaintext, at + 3, 4) };
}

/** The payload of the chunk at `at`; its length is the last field of the header. */
function payload(plaintext: Uint8Array, at: number, header: number): Uint8Array {
  const start = at + header;
  if (start > plaintext.length) throw cutOff();
  const end = start + readUint(plaintext, start - 3, 3);
  if (end > plaintext.length) throw cutOff();
  return plaintext.subarray(start, end);
}

function chunkLength(chunk: Chunk): number {
  switch (chunk.type) {
    case ChunkType.Msg:
      return ChunkHeader.Msg + chunk.bytes.length;
    case ChunkType.First:
      return ChunkHeader.First + chunk.bytes.length;
    case ChunkType.Next:
      return ChunkHeader.Next + chunk.bytes.length;
    case ChunkType.Window:
      return ChunkHeader.Window;
  }
}

function requireZeros(plaintext: Uint8Array, from: number): void {
  for (let at = from; at < plaintext.length; at++) {
    if (plaintext[at] !== 0) throw badChunk("the padding isn't zero");
  }
}

function cutOff(): P2PError {
  return badChunk("a chunk goes past the record's end");
}
