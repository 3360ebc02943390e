/**
 * The inbound side of a stream: a bounded queue with one reader that pauses its medium.
 * @module
 */

import type { P2PError } from "../errors.ts";

/** Stops and restarts what arrives. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** What a queued chunk costs besides its bytes: many tiny ones must not slip under the bounds. */
const CHUNK_COST_BYTES = 128;

type Read = IteratorResult<Uint8Array, undefined>;
const DONE: Read = { done: true, value: undefined };

/** What arrived and waits for the one reader, who gets it by {@link InboundQueue.iterate}. */
export class InboundQueue implements AsyncIterator<Uint8Array, undefined> {
  /** Bytes that wait, with what their chunks cost. */
  cost = 0;
  readonly #flow: Flow | undefined;
  readonly #readAhead: number;
  #chunks: Uint8Array[] = [];
  // Chunks before it were taken: shifting an array of many thousands is slow.
  #first = 0;
  #waiter: { resolve(read: Read): void; reject(error: P2PError): void } | undefined;
  #end: { readonly error?: P2PError | undefined } | undefined;
  #iterated = false;
  #discarding = false;
  #paused = false;

  constructor(flow: Flow | undefined, readAhead: number) {
    this.#flow = flow;
    this.#readAhead = readAhead;
  }

  push(bytes: Uint8Array): void {
    if (this.#discarding || this.#end !== undefined) return;
    if (this.#waiter !== undefined) {
      const { resolve } = this.#waiter;
      this.#waiter = undefined;
      resolve({ done: false, value: bytes });
      return;
    }
    this.#chunks.push(bytes);
    this.cost += bytes.length + CHUNK_COST_BYTES;
    if (!this.#paused && this.cost >= this.#readAhead) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  /** Nothing more will come; the first call counts. What waits is still delivered. */
  end(error?: P2PError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (error === undefined) waiter?.resolve(DONE);
    else waiter?.reject(error);
  }

  /** Throws away what arrives from now on, so that the other side's end is seen behind it. */
  discard(): void {
    if (this.#discarding) return;
    this.#discarding = true;
    this.#resume();
  }

  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.cost = 0;
  }

  iterate(): AsyncIterator<Uint8Array, undefined> {
    if (this.#iterated) throw new TypeError("a stream can be iterated once only");
    this.#iterated = true;
    return this;
  }

  return(): Promise<Read> {
    this.#waiter?.resolve(DONE);
    this.#waiter = undefined;
    return Promise.resolve(DONE);
  }

  next(): Promise<Read> {
    const chunk = this.#take();
    if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    if (this.#end !== undefined) {
      const { error } = this.#end;
      return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
    }
    if (this.#waiter !== undefined) {
      return Promise.reject(new TypeError("a stream can be read by one reader only"));
    }
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #take(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined) return undefined;
    this.#first++;
    this.cost -= chunk.length + CHUNK_COST_BYTES;
    if (this.#first === this.#chunks.length) {
      this.#chunks = [];
      this.#first = 0;
    } else if (this.#first >= 1024) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    if (this.#paused && this.cost <= this.#readAhead / 2) this.#resume();
    return chunk;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow?.resume();
  }
}
