/**
 * The sealed session: records of AES-256-GCM over a stream, with a channel and credits for each
 * protocol. Nobody in between can read, change, drop or cut anything unnoticed.
 * @see docs/wire/sealed.md
 * @module
 */

import { newGcm } from "#gcm";
import type { NewGcm } from "../../crypto/gcm.ts";
import type { Clock } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import type { ByteStream } from "../../transport.ts";
import type { Snappy } from "../../wire/snappy.ts";
import type { ByteReader } from "../byte-reader.ts";
import type { ReadLimits, Session, SessionMessage, SessionProtocol } from "../session.ts";
import { MAX_MESSAGE_SIZE } from "../session.ts";
import { Epochs } from "./epochs.ts";
import { Inbound } from "./inbound.ts";
import { Outbound } from "./outbound.ts";
import { RecordPump } from "./record-pump.ts";
import { RecordSource } from "./record-source.ts";
import type { SealedSecrets } from "./secrets.ts";

/** So many pongs may wait: a few do, behind a large record or for their turn in the rate. */
const MAX_PONGS = 16;

/** What a sealed session is made of. */
export interface SealedSessionOptions {
  readonly stream: ByteStream;
  /** Has read the handshake; what came after it is the session's. */
  readonly reader: ByteReader;
  readonly remoteKey: Uint8Array;
  readonly clock: Clock;
  readonly initiator: boolean;
  /** The recipient sends it in one write with its first record. */
  readonly ack: Uint8Array;
  readonly secrets: SealedSecrets;
  /** For protocols that let their messages be compressed. */
  readonly codec: Snappy;
  /** @default the platform's */
  readonly newGcm?: NewGcm;
}

/** A session over records, from the end of its handshake. */
export class SealedSession implements Session {
  readonly remoteKey: Uint8Array;
  readonly helloFirst: "us" | "them";
  readonly pausable: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  onBatch: (messages: readonly SessionMessage[]) => void = () => {};
  onEnd: (error: P2PError | undefined) => void = () => {};
  /** Has no effect: protocols choose, and the base protocol is never compressed. */
  snappy = false;
  readonly #source: RecordSource;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #pump: RecordPump;
  readonly #exporter: Uint8Array;
  /** Where each channel's codes start, channel 1 first. */
  #protocols: readonly SessionProtocol[] = [];
  /** Before it is open, each side sends one record: its Hello, or a Disconnect. */
  #isOpen = false;
  #firstSent = false;
  #firstCame = false;
  #paused = true;
  #reading = false;
  #closed = false;
  /** Nobody is told of anything any more. */
  #ended = false;
  /** What comes isn't looked at any more. */
  #deaf = false;

  constructor(options: SealedSessionOptions) {
    const { stream, reader, clock, initiator, codec, secrets, newGcm: makeGcm = newGcm } = options;
    const { fromInitiator, fromRecipient } = secrets;
    this.remoteKey = options.remoteKey;
    this.helloFirst = initiator ? "them" : "us";
    this.pausable = stream.pausable;
    this.remoteAddress = stream.remoteAddress;
    this.localAddress = stream.localAddress;
    this.#exporter = secrets.exporter;
    const incoming = new Epochs(initiator ? fromRecipient : fromInitiator, makeGcm);
    this.#source = new RecordSource(reader, incoming);
    this.#outbound = new Outbound(clock, codec);
    this.#inbound = new Inbound(clock, this.#outbound, codec);
    this.#pump = new RecordPump({
      stream,
      port: reader.port,
      clock,
      epochs: new Epochs(initiator ? fromInitiator : fromRecipient, makeGcm),
      outbound: this.#outbound,
      prefix: initiator ? undefined : options.ack,
      onError: (error) => this.#end(error),
    });
  }

  get sealed(): boolean {
    return this.#isOpen;
  }

  get exporter(): Uint8Array | undefined {
    return this.#isOpen ? this.#exporter : undefined;
  }

  open(): void {
    this.#isOpen = true;
  }

  start(protocols: readonly SessionProtocol[], limits: ReadLimits): void {
    this.#protocols = protocols;
    this.#outbound.start(protocols);
    this.#inbound.start(protocols, limits);
    this.#pump.kick();
  }

  taken(protocol: number, bytes: number): void {
    this.#inbound.channel(protocol + 1).taken(bytes);
    this.#pump.kick();
  }

  waiting(protocol: number, waiting: boolean): void {
    this.#inbound.channel(protocol + 1).waiting = waiting;
    if (waiting) this.#pump.kick();
  }

  resume(): void {
    this.#paused = false;
    if (this.#reading) return;
    this.#reading = true;
    this.#read();
  }

  pause(): void {
    this.#paused = true;
  }

  write(code: number, payload: Uint8Array): number {
    if (payload.length > MAX_MESSAGE_SIZE) {
      throw new P2PError(
        `message too large: ${payload.length} bytes, at most ${MAX_MESSAGE_SIZE} are allowed`,
        { code: "P2P_ERR_MESSAGE_TOO_LARGE" },
      );
    }
    this.#requireMayWrite();
    this.#firstSent = true;
    const channel = this.#channelOf(code);
    const protocol = this.#protocols[channel - 1];
    let size = payload.length;
    if (protocol) size = this.#outbound.channel(channel).push(code - protocol.offset, payload);
    else this.#outbound.pushBase(code, payload);
    this.#pump.kick();
    return size;
  }

  get congested(): boolean {
    return this.#outbound.pongs >= MAX_PONGS && this.#pump.busy;
  }

  ready(code: number): Promise<void> {
    return this.#outbound.channel(this.#channelOf(code)).ready();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#ended = true;
    // What still comes is read: credit, for what we have to send. Messages are dropped; unread, they
    // would turn our end into a reset, and our last message might be lost with it.
    this.resume();
    if (this.#inbound.over || this.#deaf) this.#outbound.hurry();
    return this.#pump.close();
  }

  abort(error: P2PError): void {
    this.#closed = true;
    this.#ended = true;
    this.#deaf = true;
    this.#pump.abort(error);
  }

  /** 0 for the base protocol. */
  #channelOf(code: number): number {
    const after = this.#protocols.findIndex(({ offset, length }) => code < offset + length);
    const first = this.#protocols[0];
    if (!first || code < first.offset) return 0;
    return after + 1;
  }

  /** @throws P2PError when nothing may be sent now. */
  #requireMayWrite(): void {
    if (this.#closed) throw new P2PError("the connection is closed", { code: "P2P_ERR_CLOSED" });
    const mayBeFirst = !this.#firstSent && (this.helloFirst === "us" || this.#firstCame);
    if (this.#isOpen || mayBeFirst) return;
    throw new P2PError("nothing may be sent before the other side has proved its key", {
      code: "P2P_ERR_SEALED_HANDSHAKE",
    });
  }

  readonly #read = (): void => {
    try {
      this.#readOn();
    } catch (cause) {
      this.#reading = false;
      this.#end(this.#explain(cause));
    }
  };

  #readOn(): void {
    for (;;) {
      if (!this.#deaf && !this.#paused) this.#deliver();
      if (this.#deaf || this.#inbound.over) this.#source.discard();
      if (this.#paused) break;
      const more = this.#source.more(this.#read);
      if (more === "never") this.#streamEnded();
      if (more !== "now") return;
    }
    this.#reading = false;
  }

  /** Delivers the whole messages that are here: the first alone, the others as one batch. */
  #deliver(): void {
    if (!this.#firstCame) {
      this.#deliverFirst();
      return;
    }
    const batch: SessionMessage[] = [];
    let fault: { readonly cause: unknown } | undefined;
    try {
      while (!this.#inbound.over) {
        const plaintext = this.#source.take();
        if (!plaintext) break;
        this.#inbound.take(plaintext, batch);
      }
    } catch (cause) {
      fault = { cause };
    }
    // What came before the fault still counts.
    if (batch.length > 0 && !this.#ended) this.onBatch(batch);
    // Credit may have come, or have been given to those who wait.
    this.#pump.kick();
    if (fault) throw fault.cause;
  }

  #deliverFirst(): void {
    const plaintext = this.#source.take();
    if (!plaintext || this.#ended) return;
    const message = this.#inbound.first(plaintext);
    this.#firstCame = true;
    this.#paused = true;
    this.onBatch([message]);
  }

  #streamEnded(): void {
    const message = "the connection was cut: it ended without a Disconnect";
    const cut = new P2PError(message, { code: "P2P_ERR_TRUNCATED" });
    this.#end(this.#isOpen ? cut : undefined);
  }

  /** Until it is open, every fault of a record is a fault of the handshake. */
  #explain(cause: unknown): P2PError {
    if (!P2PError.is(cause)) {
      const message = "reading from the connection failed";
      return new P2PError(message, { code: "P2P_ERR_STREAM", cause });
    }
    if (this.#isOpen || !cause.code.startsWith("P2P_ERR_SEALED")) return cause;
    const message = `the sealed handshake failed: ${cause.message}`;
    return new P2PError(message, { code: "P2P_ERR_SEALED_HANDSHAKE", cause });
  }

  #end(error: P2PError | undefined): void {
    this.#deaf = true;
    if (this.#ended) return;
    this.#ended = true;
    this.onEnd(error);
  }
}
