/**
 * One channel on the way out: a queue of messages, cut into pieces as credit and records allow.
 * @see docs/wire/sealed.md, sections 5 and 7
 * @module
 */

import { P2PError } from "../../errors.ts";
import type { Snappy } from "../../wire/snappy.ts";
import type { SessionProtocol } from "../session.ts";
import { HIGH_WATER, MAX_UNSENT, MESSAGE_OVERHEAD } from "../session.ts";
import type { Gate } from "../stream-writer.ts";
import { newGate } from "../stream-writer.ts";
import { ChunkHeader, FLAG_SNAPPY, MIN_PIECE } from "./chunks.ts";
import {
  badWindow,
  FREE_WINDOWS,
  INITIAL_CREDIT,
  MAX_CREDIT,
  SPENT_PER_WINDOW,
} from "./credits.ts";
import { Fifo } from "./fifo.ts";
import type { RecordBuilder } from "./record-builder.ts";

/** The most of one channel before another's turn, in bytes. */
const PIECE = 16_384;

interface OutMessage {
  /** Relative to the protocol. */
  readonly code: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** 0 until its first piece went out. */
  sent: number;
}

/** Sends one protocol's messages. */
export class OutboundChannel {
  readonly #channel: number;
  readonly #protocol: SessionProtocol;
  readonly #codec: Snappy;
  readonly #queue = new Fifo<OutMessage>();
  /** What the queued messages still cost. */
  #unsent = 0;
  #credit = INITIAL_CREDIT;
  #spent = 0;
  #windows = 0;
  #room: Gate | undefined;

  constructor(channel: number, protocol: SessionProtocol, codec: Snappy) {
    this.#channel = channel;
    this.#protocol = protocol;
    this.#codec = codec;
  }

  /**
   * Queues a copy of a message; returns what it takes on the wire.
   * @throws P2PError `P2P_ERR_WRITE_QUEUE_FULL` above 16 MiB unsent.
   */
  push(code: number, payload: Uint8Array): number {
    if (this.#unsent > MAX_UNSENT) {
      throw new P2PError(
        `write queue full: ${this.#unsent} bytes unsent; await each write to go at the peer's pace`,
        { code: "P2P_ERR_WRITE_QUEUE_FULL" },
      );
    }
    const packed = this.#protocol.compress ? this.#codec.compress(payload) : payload;
    const smaller = packed.length < payload.length;
    const bytes = (smaller ? packed : payload).slice();
    this.#queue.push({ code, flags: smaller ? FLAG_SNAPPY : 0, bytes, sent: 0 });
    this.#unsent += bytes.length + MESSAGE_OVERHEAD;
    return bytes.length;
  }

  /** Takes credit from the other side. */
  grant(increment: number): void {
    this.#windows += 1;
    if (increment < 1) throw badWindow("an increment of 0");
    if (this.#credit + increment > MAX_CREDIT) throw badWindow(`credit above ${MAX_CREDIT}`);
    if (this.#windows > FREE_WINDOWS + this.#spent / SPENT_PER_WINDOW) {
      throw badWindow(`${this.#windows} increments for ${this.#spent} bytes`);
    }
    this.#credit += increment;
  }

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  /** True when a piece could go into an empty record. */
  get sendable(): boolean {
    const message = this.#queue.first;
    if (!message) return false;
    const rest = message.bytes.length - message.sent;
    const credit = this.#credit - (message.sent === 0 ? MESSAGE_OVERHEAD : 0);
    return credit >= Math.min(rest, MIN_PIECE);
  }

  /** Adds the next piece to the record; false when none fits, or none may go. */
  writePiece(record: RecordBuilder): boolean {
    const message = this.#queue.first;
    if (!message) return false;
    const size = message.sent === 0 ? this.#begin(message, record) : this.#goOn(message, record);
    if (size === undefined) return false;
    this.#pay(size + (message.sent === 0 ? MESSAGE_OVERHEAD : 0));
    message.sent += size;
    if (message.sent === message.bytes.length) this.#queue.shift();
    return true;
  }

  /** Resolves when less than 1 MiB is unsent. */
  ready(): Promise<void> {
    if (this.#unsent <= HIGH_WATER) return DONE;
    this.#room ??= newGate();
    return this.#room.promise;
  }

  /** Nothing is sent any more: whoever waits goes on. */
  end(): void {
    this.#queue.clear();
    this.#unsent = 0;
    this.#openRoom();
  }

  #begin({ code, flags, bytes }: OutMessage, record: RecordBuilder): number | undefined {
    const credit = this.#credit - MESSAGE_OVERHEAD;
    const whole = Math.min(credit, record.bulkRoom(ChunkHeader.Msg), PIECE);
    if (bytes.length <= whole) {
      record.msg(this.#channel, flags, code, bytes);
      return bytes.length;
    }
    const piece = Math.min(credit, record.bulkRoom(ChunkHeader.First), PIECE, bytes.length - 1);
    if (piece < MIN_PIECE) return undefined;
    record.first(this.#channel, flags, code, bytes.length, bytes.subarray(0, piece));
    return piece;
  }

  #goOn({ bytes, sent }: OutMessage, record: RecordBuilder): number | undefined {
    const rest = bytes.length - sent;
    const piece = Math.min(this.#credit, record.bulkRoom(ChunkHeader.Next), PIECE, rest);
    if (piece < Math.min(rest, MIN_PIECE)) return undefined;
    record.next(this.#channel, bytes.subarray(sent, sent + piece));
    return piece;
  }

  #pay(cost: number): void {
    this.#credit -= cost;
    this.#spent += cost;
    this.#unsent -= cost;
    if (this.#unsent <= HIGH_WATER) this.#openRoom();
  }

  #openRoom(): void {
    this.#room?.open();
    this.#room = undefined;
  }
}

const DONE = Promise.resolve();
