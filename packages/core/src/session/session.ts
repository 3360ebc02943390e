/**
 * What devp2p sees of a connection: messages in, messages out. RLPx v5, the sealed session and the
 * tests' plain session implement it; nothing above knows which one it has.
 * @module
 */

import type { P2PError } from "../errors.ts";
import type { Snappy } from "../wire/snappy.ts";

/** The largest message, in bytes before compression. */
export const MAX_MESSAGE_SIZE = 0xff_ff_ff;

/** More unsent bytes than this, and `write` refuses. A little above one message with its frame. */
export const MAX_UNSENT = 0x1_00_00_00 + 0x1_00_00;

/** Above this many unsent bytes `ready` waits. */
export const HIGH_WATER = 1_048_576;

/** Bytes of a pre-shared key, for sessions that take one. */
export const PSK_LENGTH = 32;

/** How a payload that is still a snappy block is read. */
export interface PackedPayload {
  /** Bytes that it says it comes to. */
  readonly size: number;
  readonly codec: Snappy;
}

/** A message as it came. */
export interface SessionMessage {
  /** As on the wire: 0x00 to 0x0f are the base protocol's. */
  readonly code: number;
  /** Owned by the receiver. Decompressed, unless `packed` says otherwise. */
  readonly payload: Uint8Array;
  /** Bytes of the payload on the wire, before decompression. */
  readonly wireSize: number;
  /** Set while the payload is still a snappy block: whoever reads it decompresses. */
  readonly packed?: PackedPayload;
}

/** What a queued message costs besides its payload, so that empty ones are bounded too, in bytes. */
export const MESSAGE_OVERHEAD = 64;

/** A protocol that runs on a connection. */
export interface SessionProtocol {
  /** Its first code on the wire. */
  readonly offset: number;
  /** How many codes it has. */
  readonly length: number;
  /** Whether its messages may be compressed in a sealed session. */
  readonly compress: boolean;
}

/** How much a session may let come before the protocols have read it. */
export interface ReadLimits {
  /** Bytes that may wait for each protocol. */
  readonly queueLimit: number;
  /** The largest message that may come, in bytes before compression. @default 16 MiB - 1 */
  readonly maxMessage?: number;
  /** False while so much is waiting in the whole server that no more is to be asked for. */
  readonly hasRoom: () => boolean;
}

/** One connection, from the end of its handshake. */
export interface Session {
  /** The other side's key, 64 bytes. */
  readonly remoteKey: Uint8Array;
  /** True when nobody in between can read along, once it is open. RLPx v5 is not sealed. */
  readonly sealed: boolean;
  /**
   * Who says Hello first where that matters: the initiator of a sealed session is silent until the
   * other side's Hello has proved its key. "both" at once in RLPx v5.
   */
  readonly helloFirst: "us" | "them" | "both";
  /** 32 bytes that only the two ends of a sealed session know, once it is open. */
  readonly exporter: Uint8Array | undefined;
  /** False where `pause` doesn't slow the sender down. */
  readonly pausable: boolean;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;

  /**
   * Called with messages, in order, never reentrantly. The first message, which is never
   * compressed, comes alone, and the session is paused after it.
   */
  onBatch: (messages: readonly SessionMessage[]) => void;
  /** Called once, when nothing more will come. The error is absent when the other side ended the stream in order. */
  onEnd: (error: P2PError | undefined) => void;

  /** Whether messages after the first are compressed, both ways. Set before the first `resume`. */
  snappy: boolean;

  /** The other side's Hello was right: a sealed session is open now. */
  open(): void;
  /** Says which protocols run, in the order of their codes; once, before messages are let in. */
  start(protocols: readonly SessionProtocol[], limits: ReadLimits): void;
  /** A protocol, by its place in `start`, has taken messages of so many bytes, overhead included. */
  taken(protocol: number, bytes: number): void;
  /** Whether a protocol, by its place in `start`, waits for a message, with none there. */
  waiting(protocol: number, waiting: boolean): void;

  /** Starts or goes on delivering. */
  resume(): void;
  /** Stops delivering, after the batch under way; nothing is lost. */
  pause(): void;

  /**
   * Queues a message and returns the bytes of its payload on the wire. The messages of a tick
   * leave in one write, those that follow close behind in a second. `payload` is copied.
   * @throws P2PError `P2P_ERR_MESSAGE_TOO_LARGE`, `P2P_ERR_WRITE_QUEUE_FULL` or `P2P_ERR_CLOSED`;
   * the connection lives after the first two.
   */
  write(code: number, payload: Uint8Array): number;
  /** True while so much is unsent that answers to pings are left out. */
  readonly congested: boolean;
  /**
   * Resolves when there is room for more messages of the protocol of `code`; never rejects. One
   * promise serves all who wait.
   */
  ready(code: number): Promise<void>;

  /** Sends what is queued and ends the stream. Takes at most 1 s; never rejects. */
  close(): Promise<void>;
  /** Drops the stream at once. Neither `onBatch` nor `onEnd` is called any more. */
  abort(error: P2PError): void;
}
