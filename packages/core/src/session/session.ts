/**
 * What devp2p sees of a connection: messages in, messages out. RLPx v5, the sealed session and the
 * tests' plain session implement it; nothing above knows which one it has.
 * @module
 */

import type { P2PError } from "../errors.ts";

/** The largest message, in bytes before compression. */
export const MAX_MESSAGE_SIZE = 0xff_ff_ff;

/** More unsent bytes than this, and `write` refuses. A little above one message with its frame. */
export const MAX_UNSENT = 0x1_00_00_00 + 0x1_00_00;

/** A message as it came. */
export interface SessionMessage {
  /** As on the wire: 0x00 to 0x0f are the base protocol's. */
  readonly code: number;
  /** Decompressed; owned by the receiver. */
  readonly payload: Uint8Array;
  /** Bytes of the payload on the wire, before decompression. */
  readonly wireSize: number;
}

/** One connection, from the end of its handshake. */
export interface Session {
  /** The other side's key, 64 bytes. */
  readonly remoteKey: Uint8Array;
  /** True when nobody in between can read along. RLPx v5 is not sealed. */
  readonly sealed: boolean;
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

  /** Starts or goes on delivering. */
  resume(): void;
  /** Stops delivering, after the batch under way; nothing is lost. */
  pause(): void;

  /**
   * Queues a message and returns the bytes of its payload on the wire. The messages of a tick
   * leave in one write, those that follow in the same turn of the event loop in a second. `payload`
   * is copied.
   * @throws P2PError `P2P_ERR_MESSAGE_TOO_LARGE`, `P2P_ERR_WRITE_QUEUE_FULL` or `P2P_ERR_CLOSED`;
   * the connection lives after the first two.
   */
  write(code: number, payload: Uint8Array): number;
  /** True while so much is unsent that `ready` waits. */
  readonly congested: boolean;
  /** Resolves when there is room for more; never rejects. One promise serves all who wait. */
  ready(): Promise<void>;

  /** Sends what is queued and ends the stream. Takes at most 1 s; never rejects. */
  close(): Promise<void>;
  /** Drops the stream at once. Neither `onBatch` nor `onEnd` is called any more. */
  abort(error: P2PError): void;
}
