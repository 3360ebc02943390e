/**
 * One channel on the way in: puts messages together, and decides how much more may come.
 * @see docs/wire/sealed.md, section 7
 * @module
 */

import { requireAllowedSize } from "../../wire/size-limit.ts";
import type { Snappy } from "../../wire/snappy.ts";
import { uncompressedSize } from "../../wire/snappy.ts";
import type { SessionMessage, SessionProtocol } from "../session.ts";
import { MAX_MESSAGE_SIZE, MESSAGE_OVERHEAD } from "../session.ts";
import type { FirstChunk, MsgChunk, NextChunk } from "./chunks.ts";
import { badChunk, FLAG_SNAPPY, MIN_PIECE } from "./chunks.ts";
import { badWindow, INITIAL_CREDIT } from "./credits.ts";

/** What a channel needs. */
export interface InboundChannelOptions {
  readonly protocol: SessionProtocol;
  /** Bytes that may wait here, unread. */
  readonly window: number;
  /** The largest message that may come, in bytes. */
  readonly maxMessage: number;
  /** False while the server as a whole has no room: then only those who wait get more. */
  readonly hasRoom: () => boolean;
  /** For messages that come compressed. */
  readonly codec: Snappy;
  /** Sends the other side credit. */
  readonly grant: (increment: number) => void;
}

/** A message whose end hasn't come. */
interface OpenMessage {
  readonly code: number;
  readonly flags: number;
  readonly total: number;
  /** Grows with what comes. */
  bytes: Uint8Array;
  received: number;
}

/** Receives one protocol's messages. */
export class InboundChannel {
  readonly #options: InboundChannelOptions;
  /** What the other side may still send. */
  #credit = INITIAL_CREDIT;
  /** What whole messages cost that the protocol hasn't taken. */
  #unread = 0;
  #open: OpenMessage | undefined;
  #waiting = false;

  constructor(options: InboundChannelOptions) {
    this.#options = options;
    // A message that many windows fit in would otherwise wait for half of the first to be read.
    if (options.window > this.#credit) this.#grant(options.window - this.#credit);
  }

  /** Takes a whole message. */
  msg(chunk: MsgChunk): SessionMessage {
    this.#begin(chunk);
    return this.#deliver(chunk.code, chunk.flags, ownCopy(chunk.bytes));
  }

  /** Takes the start of a message. */
  first(chunk: FirstChunk): void {
    const { code, flags, total, bytes } = chunk;
    this.#begin(chunk);
    requireAllowedSize(total, this.#options.maxMessage);
    requirePiece(bytes.length);
    this.#open = { code, flags, total, bytes: bytes.slice(), received: bytes.length };
    this.#review();
  }

  /** Takes more of the message; gives it when it is whole. */
  next({ bytes }: NextChunk): SessionMessage | undefined {
    const open = this.#open;
    if (!open) throw badChunk("a message goes on that has not begun");
    const received = open.received + bytes.length;
    if (received > open.total) throw badChunk("a message is longer than announced");
    if (received < open.total) requirePiece(bytes.length);
    this.#spend(bytes.length);
    append(open, bytes);
    if (received < open.total) {
      this.#review();
      return undefined;
    }
    this.#open = undefined;
    return this.#deliver(open.code, open.flags, open.bytes);
  }

  /** The protocol took messages that cost so much. */
  taken(cost: number): void {
    this.#unread -= cost;
    this.#review();
  }

  /** Whether someone waits for a message. */
  set waiting(waiting: boolean) {
    this.#waiting = waiting;
    if (waiting) this.#review();
  }

  #begin({ code, bytes }: MsgChunk | FirstChunk): void {
    const { length } = this.#options.protocol;
    if (code >= length) throw badChunk(`message code ${code} is outside the protocol's ${length}`);
    if (this.#open) throw badChunk("a message begins in another one");
    this.#spend(bytes.length + MESSAGE_OVERHEAD);
  }

  #spend(cost: number): void {
    if (cost > this.#credit) throw badWindow(`${cost} bytes came, ${this.#credit} were allowed`);
    this.#credit -= cost;
  }

  #deliver(code: number, flags: number, payload: Uint8Array): SessionMessage {
    const wireSize = payload.length;
    this.#unread += wireSize + MESSAGE_OVERHEAD;
    const size = (flags & FLAG_SNAPPY) === 0 ? wireSize : sizeOf(payload);
    requireAllowedSize(size, this.#options.maxMessage);
    const message = { code: this.#options.protocol.offset + code, payload, wireSize };
    return (flags & FLAG_SNAPPY) === 0
      ? message
      : { ...message, packed: { size, codec: this.#options.codec } };
  }

  /** Gives credit back when much of the window is free, or when someone waits for more. */
  #review(): void {
    const { window, hasRoom } = this.#options;
    const kept = this.#open ? this.#open.received + MESSAGE_OVERHEAD : 0;
    const free = window - this.#credit - this.#unread - kept;
    let grant = free * 2 >= window && hasRoom() ? free : 0;
    if (this.#waiting && this.#unread === 0) {
      // Nothing is queued and someone reads: what comes is taken at once, and without more credit
      // a message that is larger than the window would never end.
      const missing = this.#open ? this.#open.total - this.#open.received - this.#credit : 0;
      const least = this.#credit * 2 < INITIAL_CREDIT ? INITIAL_CREDIT - this.#credit : 0;
      grant = Math.max(grant, missing, least);
    }
    if (grant > 0) this.#grant(grant);
  }

  #grant(increment: number): void {
    this.#credit += increment;
    this.#options.grant(increment);
  }
}

/** A small message must not hold on to the memory of a large record. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  return bytes.length * 2 < bytes.buffer.byteLength ? bytes.slice() : bytes;
}

function append(open: OpenMessage, piece: Uint8Array): void {
  const needed = open.received + piece.length;
  if (needed > open.bytes.length) {
    const larger = new Uint8Array(Math.min(open.total, Math.max(needed, 2 * open.bytes.length)));
    larger.set(open.bytes.subarray(0, open.received));
    open.bytes = larger;
  }
  open.bytes.set(piece, open.received);
  open.received = needed;
}

function requirePiece(length: number): void {
  if (length < MIN_PIECE)
    throw badChunk(`a piece of ${length} bytes, at least ${MIN_PIECE} wanted`);
}

/** What a snappy block says that it comes to. */
function sizeOf(block: Uint8Array): number {
  try {
    return uncompressedSize(block, MAX_MESSAGE_SIZE);
  } catch (cause) {
    throw badChunk("a compressed message declares no size that is allowed", cause);
  }
}
