/**
 * The whole contract of a transport: what core asks of TCP, WebSocket and whatever comes next.
 * `transportConformance` in `@peerkit/core/testing` is the same contract as tests.
 * @module
 */

import type { P2PError } from "./errors.ts";
import type { ListenAddress, NodeAddress } from "./node/address.ts";

/** A signal that cancels what waits. */
export interface AbortOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * How bytes get to the other end: straight there; through a relay to a node that doesn't know of it
 * (`bridge`); or through a relay that both ends are connected to (`circuit`).
 */
export type StreamPath = "direct" | "bridge" | "circuit";

/** How a stream is to end. */
export interface CloseOptions extends AbortOptions {
  /** 0 to 255: told to the other side where the medium can carry it. @default an end in order */
  readonly reason?: number;
  /** Words that go with the reason. */
  readonly message?: string;
}

/** How a stream ended. */
export interface CloseInfo {
  /** Set unless both sides ended the stream in order. */
  readonly error?: P2PError;
  /** The disconnect reason that the transport itself carried (a WebSocket close code 4000 + reason). */
  readonly reason?: number;
}

/**
 * A stream by callbacks: the same reading and writing without a promise for each chunk, for who moves
 * many of them. One reads by this or by iterating, not by both.
 */
export interface BytePort {
  /** Set when nothing more will come and all that came was read; with the error unless in order. */
  readonly ended: { readonly error?: P2PError | undefined } | undefined;
  /** The next chunk that has arrived, if any. */
  read(): Uint8Array | undefined;
  /**
   * Calls back once, when there is a chunk or the end: for when `read` gave nothing and `ended` isn't
   * set. Never calls before it has returned.
   */
  whenReadable(callback: () => void): void;
  /**
   * Sends all bytes, in order, as `ByteStream.write` does. Calls `done` once, and never before it has
   * returned: when ready for more, or with why it failed.
   */
  send(bytes: Uint8Array, done: (error?: P2PError) => void): void;
}

/**
 * A two-way stream of bytes. Boundaries between chunks carry no meaning. Iterating reads; it may
 * be iterated once. The iteration ends when the other side ends the stream in order, and throws
 * a `P2PError` otherwise; what arrived before either is still delivered first.
 */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** The other end, as `host:port` where the platform tells. */
  readonly remoteAddress?: string;
  readonly localAddress?: string;
  /** False where not reading doesn't slow the sender down (a page's WebSocket). */
  readonly pausable: boolean;
  /**
   * Set where somebody in between carries the stream for two nodes that can both be sealed: then it
   * is a sealed session or none. `from` is the key, 64 bytes, that they say is at the other end;
   * `psk`, 32 bytes, is what both ends must have, in place of the server's own.
   */
  readonly requireSealed?: { readonly from?: Uint8Array; readonly psk?: Uint8Array };
  /** @default "direct" */
  readonly path?: StreamPath;
  /** The way by callbacks, where the stream has one. */
  readonly port?: BytePort;
  /** Resolves, never rejects, when the stream has ended both ways; seen even while nobody reads. */
  readonly closed: Promise<CloseInfo>;
  /**
   * Sends all bytes, in order. Resolves when the stream is ready for more: the backpressure. The
   * stream owns `bytes` until then. Rejects with a `P2PError` once the stream has ended, and with
   * the signal's reason when it is aborted (the bytes may have been sent in part: abort the stream).
   */
  write(bytes: Uint8Array, options?: AbortOptions): Promise<void>;
  /**
   * Sends what was written, then ends the stream. Resolves when it has ended. After 1 s (or on the
   * signal) it is dropped instead. Idempotent; never rejects.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Drops the stream at once. A reader and pending writes get an error; the other side may see a reset. */
  abort(reason?: unknown): void;
}

/** What is known of a connection before it is taken. */
export interface InboundInfo {
  readonly remoteAddress?: string;
  readonly localAddress?: string;
  /** Lower-case request headers, where the transport has them. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Why a connection is not taken. A transport passes on what its medium can carry. */
export interface Refusal {
  readonly reason: number;
  readonly message: string;
  /** After how many ms another attempt may do better; absent where none does. */
  readonly retryAfterMs?: number;
}

/** What a listener asks and tells. Both are called synchronously and must not throw. */
export interface ListenHandlers {
  admit(info: InboundInfo): true | Refusal;
  onStream(stream: ByteStream): void;
}

/** A listener that is open. */
export interface Listener {
  /** What a dialer uses, with the real port. */
  readonly address: ListenAddress;
  /** Stops listening; streams that are open stay so. Resolves when the port is free. */
  close(): Promise<void>;
}

/** A way to reach nodes. */
export interface Transport {
  /** For people and logs, such as `tcp`. */
  readonly name: string;
  /** The address schemes it takes, such as `["ws", "wss"]`. */
  readonly schemes: readonly string[];
  /**
   * Opens a stream. Rejects with `P2P_ERR_DIAL_FAILED` (saying why, as far as the platform tells),
   * or with the signal's reason; then nothing stays open. It has no time limit of its own.
   */
  dial(address: NodeAddress, options?: AbortOptions): Promise<ByteStream>;
  /** Absent where the platform can't. Rejects with `P2P_ERR_LISTEN_FAILED`, naming the address. */
  listen?(
    address: ListenAddress,
    handlers: ListenHandlers,
    options?: AbortOptions,
  ): Promise<Listener>;
}
