/**
 * One protocol's place on one connection: a bounded queue of messages on the way in, its codes
 * shifted on the way out.
 * @module
 */

import { DiscReason, P2PError } from "../errors.ts";
import type { AbortOptions } from "../transport.ts";
import type { Msg, MsgReadWriter } from "./message.ts";
import type { QueuedMsg } from "./received-message.ts";

/** A count of queued bytes that several queues share: one server's, over all its peers. */
export interface QueueBudget {
  used: number;
  readonly limit: number;
}

/** The connection that channels are part of. Each is called by its place among the protocols. */
export interface ChannelHost {
  /** Bytes that may wait for each protocol before the connection's reading pauses. */
  readonly queueLimit: number;
  readonly budget: QueueBudget;
  /** Sends a message by its code in the protocol. Throws and settles as `writeMsg` promises. */
  write(place: number, code: number, payload: Uint8Array): Promise<void>;
  /** A protocol has taken messages, and its queue was full before. */
  onRoom(): void;
  /** A protocol has taken a message that cost so many bytes. */
  onTaken(place: number, cost: number): void;
  /** Someone begins to wait for a message, or nobody waits any more. */
  onWaiting(place: number, waiting: boolean): void;
}

/** What `run` gets. */
export class ProtocolChannel implements MsgReadWriter {
  readonly #host: ChannelHost;
  readonly #place: number;
  readonly #length: number;
  /** Messages from `#head` on are waiting; those before it were taken. */
  #queue: (QueuedMsg | undefined)[] = [];
  #head = 0;
  #queuedBytes = 0;
  #full = false;
  #readers: Reader[] = [];
  #ended: { readonly cause: unknown } | undefined;
  /** What readers and writers get after the end; made when the first of them asks. */
  #closedError: P2PError | undefined;

  /** For the protocol of that place, which has `length` codes. */
  constructor(host: ChannelHost, place: number, length: number) {
    this.#host = host;
    this.#place = place;
    this.#length = length;
  }

  /** True while at least the bound is waiting, here or in the server as a whole. */
  get full(): boolean {
    return this.#full;
  }

  /** Adds a message that came. Always takes it; look at `full` afterwards. */
  push(msg: QueuedMsg): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader.take(msg);
      if (this.#readers.length === 0) this.#host.onWaiting(this.#place, false);
      this.#host.onTaken(this.#place, msg.cost);
      return;
    }
    this.#queue.push(msg);
    this.#count(msg.cost);
    const { queueLimit, budget } = this.#host;
    this.#full = this.#queuedBytes >= queueLimit || budget.used >= budget.limit;
  }

  /**
   * Nothing more will come. What is waiting can still be read, unless `drop` says that nobody
   * should; readers and writers get `P2P_ERR_CLOSED` then.
   */
  end(cause: unknown, drop: boolean): void {
    if (this.#ended) return;
    this.#ended = { cause };
    if (drop) this.discardQueue();
    for (const reader of this.#readers.splice(0)) reader.end();
  }

  /** Forgets what is waiting. */
  discardQueue(): void {
    this.#count(-this.#queuedBytes);
    this.#queue = [];
    this.#head = 0;
    this.#full = false;
  }

  async readMsg(options: AbortOptions = {}): Promise<Msg> {
    options.signal?.throwIfAborted();
    const msg = this.#take();
    if (msg) return msg;
    if (this.#ended) throw this.#closed(this.#ended.cause);
    return this.#wait(options.signal);
  }

  writeMsg(code: number, payload: Uint8Array): Promise<void> {
    if (!(payload instanceof Uint8Array)) {
      return Promise.reject(new TypeError("payload: expected a Uint8Array"));
    }
    if (this.#ended) return Promise.reject(this.#closed(this.#ended.cause));
    if (!Number.isInteger(code) || code < 0 || code >= this.#length) {
      return Promise.reject(invalidCode(code, this.#length));
    }
    return this.#host.write(this.#place, code, payload);
  }

  [Symbol.asyncIterator](): AsyncIterator<Msg> {
    return {
      next: () => {
        const msg = this.#take();
        if (msg) return Promise.resolve({ value: msg, done: false });
        if (this.#ended) return Promise.resolve(END);
        return this.#nextResult();
      },
    };
  }

  #take(): Msg | undefined {
    const msg = this.#queue[this.#head];
    if (!msg) return undefined;
    this.#queue[this.#head++] = undefined;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#count(-msg.cost);
    this.#host.onTaken(this.#place, msg.cost);
    if (this.#full && this.#queuedBytes * 2 < this.#host.queueLimit) {
      this.#full = false;
      this.#host.onRoom();
    }
    return msg;
  }

  #nextResult(): Promise<IteratorResult<Msg>> {
    return new Promise((resolve) => {
      this.#addReader({
        take: (value) => resolve({ value, done: false }),
        end: () => resolve(END),
      });
    });
  }

  #wait(signal: AbortSignal | undefined): Promise<Msg> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const at = this.#readers.indexOf(reader);
        if (at >= 0) this.#readers.splice(at, 1);
        if (this.#readers.length === 0) this.#host.onWaiting(this.#place, false);
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener("abort", onAbort);
      const reader: Reader = {
        take: (msg) => {
          settle();
          resolve(msg);
        },
        end: () => {
          settle();
          reject(this.#closed(this.#ended?.cause));
        },
      };
      this.#addReader(reader);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  #addReader(reader: Reader): void {
    // A new array: one that grows takes room for many, and most channels have one reader for good.
    this.#readers = this.#readers.concat(reader);
    if (this.#readers.length === 1) this.#host.onWaiting(this.#place, true);
  }

  #closed(cause: unknown): P2PError {
    this.#closedError ??= closed(cause);
    return this.#closedError;
  }

  #count(bytes: number): void {
    this.#queuedBytes += bytes;
    this.#host.budget.used += bytes;
  }
}

/** Someone who waits for a message. */
interface Reader {
  readonly take: (msg: Msg) => void;
  readonly end: () => void;
}

const END: IteratorResult<Msg> = { value: undefined, done: true };
/** Taken places of the queue are given back in steps of at least this many. */
const COMPACT_AT = 1024;

function closed(cause: unknown): P2PError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new P2PError(`the connection to this peer is closed${why}`, {
    code: "P2P_ERR_CLOSED",
    cause,
  });
}

function invalidCode(code: number, length: number): P2PError {
  const expected = length === 0 ? "the protocol has none" : `expected 0 to ${length - 1}`;
  return new P2PError(`invalid message code ${code}: ${expected}`, {
    code: "P2P_ERR_INVALID_MSG_CODE",
    reason: DiscReason.ProtocolError,
  });
}
