/**
 * The inbound side of a stream: a bounded queue with one reader that pauses its medium.
 * @module
 */

import { onTickEnd } from "../env.ts";
import type { P2PError } from "../errors.ts";
import { Fifo } from "../fifo.ts";
import type { BytePort } from "../transport.ts";

/** Stops and restarts what arrives. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** What a queued chunk costs besides its bytes: many tiny ones must not slip under the bounds. */
const CHUNK_COST_BYTES = 128;

type Read = IteratorResult<Uint8Array, undefined>;
const DONE: Read = { done: true, value: undefined };

/** What arrived and waits for the one reader: who calls `read`, or who iterates. */
export class InboundQueue implements AsyncIterator<Uint8Array, undefined> {
  /** Bytes that wait, with what their chunks cost. */
  cost = 0;
  readonly #flow: Flow | undefined;
  readonly #readAhead: number;
  readonly #chunks = new Fifo<Uint8Array>();
  #onReadable: (() => void) | undefined;
  #end: BytePort["ended"];
  #iterated = false;
  #discarding = false;
  #paused = false;

  constructor(flow: Flow | undefined, readAhead: number) {
    this.#flow = flow;
    this.#readAhead = readAhead;
  }

  push(bytes: Uint8Array): void {
    if (this.#discarding || this.#end !== undefined) return;
    this.#chunks.push(bytes);
    this.cost += bytes.length + CHUNK_COST_BYTES;
    this.#wake();
    if (!this.#paused && this.cost >= this.#readAhead) {
      this.#paused = true;
      this.#flow?.pause();
    }
  }

  /** Nothing more will come; the first call counts. What waits is still delivered. */
  end(error?: P2PError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#wake();
  }

  /** Throws away what arrives from now on, so that the other side's end is seen behind it. */
  discard(): void {
    if (this.#discarding) return;
    this.#discarding = true;
    this.#resume();
  }

  clear(): void {
    this.#chunks.clear();
    this.cost = 0;
  }

  /** See `BytePort`. */
  get ended(): BytePort["ended"] {
    return this.#chunks.length === 0 ? this.#end : undefined;
  }

  read(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.cost -= chunk.length + CHUNK_COST_BYTES;
    if (this.#paused && this.cost <= this.#readAhead / 2) this.#resume();
    return chunk;
  }

  /** @throws TypeError when somebody waits already. */
  whenReadable(callback: () => void): void {
    if (this.#onReadable !== undefined) {
      throw new TypeError("a stream can be read by one reader only");
    }
    this.#onReadable = callback;
    if (this.#chunks.length > 0 || this.#end !== undefined) onTickEnd(() => this.#wake());
  }

  iterate(): AsyncIterator<Uint8Array, undefined> {
    if (this.#iterated) throw new TypeError("a stream can be iterated once only");
    this.#iterated = true;
    return this;
  }

  return(): Promise<Read> {
    this.#wake();
    return Promise.resolve(DONE);
  }

  next(): Promise<Read> {
    return new Promise((resolve, reject) => {
      const give = (): void => this.#give(resolve, reject);
      if (this.#chunks.length > 0 || this.#end !== undefined) give();
      else this.whenReadable(give);
    });
  }

  #give(resolve: (read: Read) => void, reject: (error: P2PError) => void): void {
    const value = this.read();
    const error = this.#end?.error;
    if (value !== undefined) resolve({ done: false, value });
    else if (error === undefined) resolve(DONE);
    else reject(error);
  }

  #wake(): void {
    const onReadable = this.#onReadable;
    this.#onReadable = undefined;
    onReadable?.();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow?.resume();
  }
}
