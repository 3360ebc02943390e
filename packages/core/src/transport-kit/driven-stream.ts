/**
 * The half of a byte stream that every transport shares: the inbound queue, one reader, pending
 * writes, the order of the end. A transport adds only what its medium does.
 * @module
 */

import type { Clock } from "../env.ts";
import { onTickEnd, systemClock } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { AbortOptions, BytePort, ByteStream, CloseInfo, CloseOptions } from "../transport.ts";
import type { Flow } from "./inbound-queue.ts";
import { InboundQueue } from "./inbound-queue.ts";

/** What a medium does for a stream. Called synchronously; must not throw. */
export interface StreamDriver {
  /**
   * Sends bytes, in order. Calls `done` once, and never before it has returned: when ready for more,
   * or with why it failed.
   */
  send(bytes: Uint8Array, done: (error?: P2PError) => void): void;
  /**
   * Sends what waits, then the end, with the reason where the medium carries one. The sink's `closed`
   * follows when both sides have ended.
   */
  end(reason?: number, message?: string): void;
  /** Drops the medium at once. May be called when it has gone already. */
  drop(): void;
  /** Stops and restarts what arrives. Absent where the medium can't. */
  readonly flow?: Flow;
}

/** Where a medium reports. What comes after the stream has ended is ignored. */
export interface StreamSink {
  /** Bytes arrived; from now on they are the stream's. */
  data(bytes: Uint8Array): void;
  /** The other side ended in order. This side then ends too; the reader learns it after that. */
  end(): void;
  /** The medium is gone: in order if the other side has ended in order. */
  closed(): void;
  /** The medium failed, or the other side said why it ended. Drops the medium. */
  fail(error: P2PError, reason?: number): void;
}

/** The limits and facts of a stream. */
export interface DrivenStreamOptions {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
  /** From how many unread bytes on the medium is paused. @default 131072 */
  readonly readAhead?: number | undefined;
  /** With how many unread bytes a stream that can't pause is aborted. @default 16777216 */
  readonly maxInboundBytes?: number | undefined;
  readonly clock?: Clock | undefined;
}

const READ_AHEAD_BYTES = 128 * 1024;
const MAX_INBOUND_BYTES = 16 * 1024 * 1024;
/** Time to end in order before the stream is dropped. */
const CLOSE_LIMIT_MS = 1_000;

/**
 * Makes a stream that keeps the contract of {@link ByteStream} out of a medium. `open` gets the sink
 * to report to and returns the driver; the sink may be used as soon as `open` has returned.
 */
export function drivenStream(
  open: (sink: StreamSink) => StreamDriver,
  options: DrivenStreamOptions = {},
): ByteStream {
  return new DrivenStream(open, options);
}

class DrivenStream implements ByteStream, BytePort {
  readonly remoteAddress?: string;
  readonly localAddress?: string;
  readonly pausable: boolean;
  readonly closed: Promise<CloseInfo>;
  readonly #driver: StreamDriver;
  readonly #inbound: InboundQueue;
  readonly #maxInbound: number;
  readonly #clock: Clock;
  // A list: a Set makes a new table after every few writes, in old memory, and has all of it collected.
  #writers: Sent[] = [];
  #resolveClosed: (info: CloseInfo) => void = () => {};
  // Only `#finish` writes it; set means that nothing is read or written any more.
  #info: CloseInfo | undefined;
  #closing = false;
  #otherEnded = false;
  #cancelLimit = () => {};

  constructor(open: (sink: StreamSink) => StreamDriver, options: DrivenStreamOptions) {
    if (options.remoteAddress !== undefined) this.remoteAddress = options.remoteAddress;
    if (options.localAddress !== undefined) this.localAddress = options.localAddress;
    this.#clock = options.clock ?? systemClock;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#driver = open(this.#sink());
    this.pausable = this.#driver.flow !== undefined;
    this.#inbound = new InboundQueue(this.#driver.flow, options.readAhead ?? READ_AHEAD_BYTES);
    this.#maxInbound = options.maxInboundBytes ?? MAX_INBOUND_BYTES;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this.#inbound.iterate();
  }

  get port(): BytePort {
    return this;
  }

  get ended(): BytePort["ended"] {
    return this.#inbound.ended;
  }

  read(): Uint8Array | undefined {
    return this.#inbound.read();
  }

  whenReadable(callback: () => void): void {
    this.#inbound.whenReadable(callback);
  }

  send(bytes: Uint8Array, done: Sent): void {
    const error = this.#closing || this.#info !== undefined ? this.#endedError() : undefined;
    if (error !== undefined || bytes.length === 0) {
      onTickEnd(() => done(error));
      return;
    }
    this.#writers.push(done);
    this.#driver.send(bytes, (error) => {
      if (this.#forget(done)) done(error);
    });
  }

  write(bytes: Uint8Array, { signal }: AbortOptions = NO_SIGNAL): Promise<void> {
    if (!(bytes instanceof Uint8Array)) {
      return Promise.reject(new TypeError(`"bytes" expected a Uint8Array, got ${typeof bytes}`));
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    const sent = new Promise<void>((resolve, reject) => {
      this.send(bytes, (error) => (error === undefined ? resolve() : reject(error)));
    });
    return signal === undefined ? sent : untilAborted(sent, signal);
  }

  async close({ signal, reason, message }: CloseOptions = {}): Promise<void> {
    this.#inbound.discard();
    this.#end(reason, message);
    const onAbort = () => this.abort(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      await this.closed;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  abort(reason?: unknown): void {
    if (this.#info !== undefined) return;
    const error = P2PError.is(reason)
      ? reason
      : new P2PError("this side dropped the stream", {
          code: "P2P_ERR_STREAM_CLOSED",
          cause: reason,
        });
    this.#inbound.clear();
    this.#finish({ error });
    this.#driver.drop();
  }

  /** False for a write that was failed already. */
  #forget(writer: Sent): boolean {
    const at = this.#writers.indexOf(writer);
    if (at === 0) this.#writers.shift();
    else if (at > 0) this.#writers.splice(at, 1);
    return at >= 0;
  }

  #sink(): StreamSink {
    return {
      data: (bytes) => this.#onData(bytes),
      end: () => {
        this.#otherEnded = true;
        this.#end();
      },
      closed: () => this.#finish(this.#otherEnded ? {} : { error: brokenError() }),
      fail: (error, reason) => {
        if (this.#info !== undefined) return;
        this.#finish(reason === undefined ? { error } : { error, reason });
        this.#driver.drop();
      },
    };
  }

  #onData(bytes: Uint8Array): void {
    if (this.#info !== undefined || bytes.length === 0) return;
    this.#inbound.push(bytes);
    if (this.pausable || this.#inbound.cost <= this.#maxInbound) return;
    this.#finish({
      error: new P2PError(
        `more than ${this.#maxInbound} bytes arrived that nobody read, and this medium can't pause`,
        { code: "P2P_ERR_INBOUND_OVERFLOW" },
      ),
    });
    this.#driver.drop();
  }

  /** Ends this side, within the limit; what was written still goes out. */
  #end(reason?: number, message?: string): void {
    if (this.#closing || this.#info !== undefined) return;
    this.#closing = true;
    this.#cancelLimit = this.#clock.setTimer(CLOSE_LIMIT_MS, () => {
      this.#finish({
        error: new P2PError(`the other side did not end the stream in ${CLOSE_LIMIT_MS} ms`, {
          code: "P2P_ERR_STREAM",
        }),
      });
      this.#driver.drop();
    });
    this.#driver.end(reason, message);
  }

  #finish(info: CloseInfo): void {
    if (this.#info !== undefined) return;
    this.#info = info;
    this.#cancelLimit();
    this.#inbound.end(info.error);
    this.#failWriters();
    this.#resolveClosed(info);
  }

  #failWriters(): void {
    if (this.#writers.length === 0) return;
    const error = this.#endedError();
    const writers = this.#writers;
    this.#writers = [];
    for (const fail of writers) fail(error);
  }

  #endedError(): P2PError {
    const cause = this.#info?.error;
    const why = cause === undefined ? "" : `: ${cause.message}`;
    return new P2PError(`the stream has ended${why}`, { code: "P2P_ERR_STREAM_CLOSED", cause });
  }
}

type Sent = (error?: P2PError) => void;

const NO_SIGNAL: AbortOptions = {};

function untilAborted(sent: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const settle = () => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort);
    sent.finally(settle).then(resolve, reject);
  });
}

function brokenError(): P2PError {
  return new P2PError("the stream broke off before the other side ended it", {
    code: "P2P_ERR_STREAM",
  });
}
