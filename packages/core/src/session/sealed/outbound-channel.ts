/**
 * One channel on the way out: a queue of messages, cut into pieces as credit and records allow.
 * @see docs/wire/sealed.md, sections 5 and 7
 * @module
 */

import { P2PError } from "../../errors.ts";
import { Fifo } from "../../fifo.ts";
import type { Snappy } from "../../wire/snappy.ts";
import type { SessionProtocol } from "../session.ts";
import { HIGH_WATER, MAX_UNSENT, MESSAGE_OVERHEAD } from "../session.ts";
import type { Gate } from "../stream-writer.ts";
import { newGate } from "../stream-writer.ts";
import { ByteQueue } from "./byte-queue.ts";
import { ChunkHeader, FLAG_SNAPPY, MIN_PIECE } from "./chunks.ts";
import {
  badWindow,
  FREE_WINDOWS,
  INITIAL_CREDIT,
  MAX_CREDIT,
  SPENT_PER_WINDOW,
} from "./credits.ts";
import type { MessageStart, RecordBuilder } from "./record-builder.ts";

interface OutMessage extends MessageStart {
  /** In bytes. */
  readonly total: number;
  /** 0 until its first piece went out. */
  sent: number;
}

/** Sends one protocol's messages. */
export class OutboundChannel {
  readonly #channel: number;
  readonly #protocol: SessionProtocol;
  readonly #codec: Snappy;
  readonly #queue = new Fifo<OutMessage>();
  /** What the queued messages say, from the first byte that wasn't sent on. */
  readonly #bytes = new ByteQueue();
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
    const bytes = smaller ? packed : payload;
    this.#bytes.push(bytes);
    this.#queue.push({ code, flags: smaller ? FLAG_SNAPPY : 0, total: bytes.length, sent: 0 });
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
    const rest = message.total - message.sent;
    const credit = this.#credit - (message.sent === 0 ? MESSAGE_OVERHEAD : 0);
    return credit >= Math.min(rest, MIN_PIECE);
  }

  /** Adds the next piece, of at most `most` bytes, to the record; false when none fits, or none may go. */
  writePiece(record: RecordBuilder, most: number): boolean {
    const message = this.#queue.first;
    if (!message) return false;
    const begins = message.sent === 0;
    const piece = begins ? this.#begin(message, record, most) : this.#goOn(message, record, most);
    if (!piece) return false;
    this.#bytes.shiftInto(piece);
    this.#pay(piece.length + (begins ? MESSAGE_OVERHEAD : 0));
    message.sent += piece.length;
    if (message.sent === message.total) this.#queue.shift();
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
    this.#bytes.clear();
    this.#unsent = 0;
    this.#openRoom();
  }

  /** Room in the record for the start of a message, or for all of it. */
  #begin(message: OutMessage, record: RecordBuilder, most: number): Uint8Array | undefined {
    const { total } = message;
    const credit = this.#credit - MESSAGE_OVERHEAD;
    const whole = Math.min(credit, record.bulkRoom(ChunkHeader.Msg), most);
    if (total <= whole) return record.msg(this.#channel, message, total);
    // What fits in a record of its own isn't cut: the other side need not put it together then.
    if (total <= most && record.hasBulk) return undefined;
    const size = Math.min(credit, record.bulkRoom(ChunkHeader.First), most, total - 1);
    if (size < MIN_PIECE) return undefined;
    return record.first(this.#channel, message, total, size);
  }

  #goOn(message: OutMessage, record: RecordBuilder, most: number): Uint8Array | undefined {
    const rest = message.total - message.sent;
    const size = Math.min(this.#credit, record.bulkRoom(ChunkHeader.Next), most, rest);
    if (size < Math.min(rest, MIN_PIECE)) return undefined;
    return record.next(this.#channel, size);
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
