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

/** What a channel needs of its connection. */
export interface ChannelOptions {
  /** How many codes the protocol has. */
  readonly length: number;
  /** Bytes that may wait before the connection's reading pauses. */
  readonly queueLimit: number;
  readonly budget: QueueBudget;
  /** Sends a message by its code in the protocol. Throws and settles as `writeMsg` promises. */
  readonly write: (code: number, payload: Uint8Array) => Promise<void>;
  /** Called when the protocol has taken messages and the queue was full before. */
  readonly onRoom: () => void;
  /** Called when the protocol has taken a message that cost so many bytes. */
  readonly onTaken: (cost: number) => void;
  /** Called when someone begins to wait for a message, and when nobody waits any more. */
  readonly onWaiting: (waiting: boolean) => void;
}

/** What `run` gets. */
export class ProtocolChannel implements MsgReadWriter {
  readonly #options: ChannelOptions;
  /** Messages from `#head` on are waiting; those before it were taken. */
  #queue: (QueuedMsg | undefined)[] = [];
  #head = 0;
  #queuedBytes = 0;
  #full = false;
  readonly #readers: Reader[] = [];
  #ended: { readonly cause: unknown } | undefined;
  /** What readers and writers get after the end; made when the first of them asks. */
  #closedError: P2PError | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
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
      if (this.#readers.length === 0) this.#options.onWaiting(false);
      this.#options.onTaken(msg.cost);
      return;
    }
    this.#queue.push(msg);
    this.#count(msg.cost);
    const { queueLimit, budget } = this.#options;
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
    if (!Number.isInteger(code) || code < 0 || code >= this.#options.length) {
      return Promise.reject(invalidCode(code, this.#options.length));
    }
    return this.#options.write(code, payload);
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
    this.#options.onTaken(msg.cost);
    if (this.#full && this.#queuedBytes * 2 < this.#options.queueLimit) {
      this.#full = false;
      this.#options.onRoom();
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
        if (this.#readers.length === 0) this.#options.onWaiting(false);
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
    this.#readers.push(reader);
    if (this.#readers.length === 1) this.#options.onWaiting(true);
  }

  #closed(cause: unknown): P2PError {
    this.#closedError ??= closed(cause);
    return this.#closedError;
  }

  #count(bytes: number): void {
    this.#queuedBytes += bytes;
    this.#options.budget.used += bytes;
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
