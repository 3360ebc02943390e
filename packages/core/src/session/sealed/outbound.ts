/**
 * Everything that waits to be sent, and in which order it goes: messages of the base protocol,
 * credit, then the channels in turn; a Disconnect when nothing else can go.
 * @see docs/wire/sealed.md, sections 5 to 7
 * @module
 */

import type { Clock } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import { Fifo } from "../../fifo.ts";
import type { Snappy } from "../../wire/snappy.ts";
import type { SessionProtocol } from "../session.ts";
import { badChunk, ChunkHeader } from "./chunks.ts";
import { OutboundChannel } from "./outbound-channel.ts";
import { RateLimit, SENT_BASE } from "./rate-limit.ts";
import { baseSize, MAX_BULK, RecordBuilder } from "./record-builder.ts";

/** The base protocol's Disconnect: nothing is sent after it. */
export const DISCONNECT_CODE = 0x01;
const PONG_CODE = 0x03;
/** The most messages of the base protocol that wait. */
const MAX_BASE_QUEUE = 128;
/** The most of one channel before another's turn, in bytes. */
const PIECE = 16_384;

interface BaseMessage {
  readonly code: number;
  readonly bytes: Uint8Array;
}

/** What one session has to send. */
export class Outbound {
  readonly #clock: Clock;
  readonly #codec: Snappy;
  readonly #record = new RecordBuilder();
  readonly #base = new Fifo<BaseMessage>();
  /** How many of them are pongs. */
  #pongs = 0;
  readonly #baseRate: RateLimit;
  /** Credit to send, by channel: what comes before it is sent is added up. */
  readonly #windows = new Map<number, number>();
  #channels: readonly OutboundChannel[] = [];
  /** Whose turn it is. */
  #turn = 0;
  /** The Disconnect: it goes when nothing else is left, or can go any more. */
  #last: BaseMessage | undefined;
  /** The first record is one message of the base protocol, alone. */
  #firstSent = false;
  #hurried = false;
  #ended = false;

  constructor(clock: Clock, codec: Snappy) {
    this.#clock = clock;
    this.#codec = codec;
    this.#baseRate = new RateLimit(SENT_BASE, clock.now());
  }

  /** Opens the channels, from 1 on in this order. */
  start(protocols: readonly SessionProtocol[]): void {
    this.#channels = protocols.map(
      (protocol, i) => new OutboundChannel(i + 1, protocol, this.#codec),
    );
  }

  /** How many pongs wait. */
  get pongs(): number {
    return this.#pongs;
  }

  /** How many ms until a base message that waits may go; `undefined` when none waits. */
  get baseWait(): number | undefined {
    if (this.#base.length === 0 || this.#ended) return undefined;
    return this.#baseRate.wait(this.#clock.now());
  }

  /**
   * Queues a message of the base protocol.
   * @throws P2PError `P2P_ERR_WRITE_QUEUE_FULL` when too many wait.
   */
  pushBase(code: number, payload: Uint8Array): void {
    const message = { code, bytes: payload.slice() };
    if (code === DISCONNECT_CODE) {
      this.#last = message;
      return;
    }
    if (this.#base.length >= MAX_BASE_QUEUE) {
      throw new P2PError("write queue full: too many messages of the base protocol", {
        code: "P2P_ERR_WRITE_QUEUE_FULL",
      });
    }
    this.#base.push(message);
    if (code === PONG_CODE) this.#pongs += 1;
  }

  /** Queues credit for the other side. */
  pushWindow(channel: number, increment: number): void {
    this.#windows.set(channel, (this.#windows.get(channel) ?? 0) + increment);
  }

  /**
   * The channel of that number, 1 and up.
   * @throws P2PError `P2P_ERR_SEALED_CHUNK` when there is none.
   */
  channel(channel: number): OutboundChannel {
    const found = this.#channels[channel - 1];
    if (!found) throw badChunk(`unknown channel ${channel}`);
    return found;
  }

  /**
   * The next record, to be sealed; valid until the next call. `undefined` when nothing can go now.
   */
  next(): Uint8Array | undefined {
    const record = this.#record;
    record.reset();
    if (this.#ended) return undefined;
    this.#writeBase();
    if (this.#firstSent) {
      this.#writeWindows();
      this.#writeBulk();
    }
    if (record.empty) this.#writeLast();
    if (record.empty) {
      record.release();
      return undefined;
    }
    this.#firstSent = true;
    return record.finish(!this.#channels.some(({ sendable }) => sendable));
  }

  /** True while nothing waits to be sent. */
  get idle(): boolean {
    return this.#windows.size === 0 && this.#empty;
  }

  /** True when no message is left to send, or nothing will be sent any more. */
  get drained(): boolean {
    return this.#ended || (this.#hurried && !this.#last) || this.#empty;
  }

  /** A Disconnect doesn't wait any longer for messages that lack credit. */
  hurry(): void {
    this.#hurried = true;
  }

  /** Nothing is sent any more. */
  end(): void {
    this.#ended = true;
    for (const channel of this.#channels) channel.end();
  }

  get #empty(): boolean {
    if (this.#base.length > 0 || this.#last) return false;
    return this.#channels.every(({ empty }) => empty);
  }

  #writeBase(): void {
    for (let message = this.#base.first; message; message = this.#base.first) {
      if (this.#record.room(0) < baseSize(message.bytes)) return;
      if (!this.#baseRate.take(this.#clock.now())) return;
      this.#record.base(message.code, message.bytes);
      this.#base.shift();
      if (message.code === PONG_CODE) this.#pongs -= 1;
      if (!this.#firstSent) return;
    }
  }

  #writeWindows(): void {
    for (const [channel, increment] of this.#windows) {
      if (this.#record.room(ChunkHeader.Window) < 0) return;
      this.#record.window(channel, increment);
      this.#windows.delete(channel);
    }
  }

  /** One piece of each channel in turn, until the record is full or nothing fits. */
  #writeBulk(): void {
    const count = this.#channels.length;
    const most = this.#oneSends ? MAX_BULK : PIECE;
    for (let idle = 0; idle < count; this.#turn = (this.#turn + 1) % count) {
      idle = this.#channels[this.#turn]?.writePiece(this.#record, most) ? 0 : idle + 1;
    }
  }

  /** Nobody else waits for a turn: then a message need not be cut, nor put together again. */
  get #oneSends(): boolean {
    let senders = 0;
    for (const { sendable } of this.#channels) if (sendable) senders += 1;
    return senders <= 1;
  }

  #writeLast(): void {
    const empty = this.#channels.every((channel) => channel.empty);
    if (!this.#last || !(empty || this.#hurried)) return;
    this.#record.base(this.#last.code, this.#last.bytes);
    this.#ended = true;
  }
}
