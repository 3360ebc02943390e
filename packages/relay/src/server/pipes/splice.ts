/**
 * Two byte streams made one: what comes from each goes to the other, no faster than that one takes
 * it.
 * @module
 */

import type { ByteStream, Clock } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { RelayCode } from "../../wire/codes.ts";
import { Writes } from "./writes.ts";

/** How a splice is watched over. */
export interface SpliceOptions {
  readonly clock: Clock;
  /** How long a write may make no progress, in ms. */
  readonly writeTimeout: number;
  /** How long nothing at all may come, in ms. */
  readonly idleTimeout: number;
  /** What may go on of a chunk from each side; throws to end the pipe. @default all of it */
  readonly filters?: readonly [Filter, Filter];
  /**
   * Called with the bytes of each chunk before it goes on. Returns for how many ms to wait first, or
   * why the pipe ends.
   */
  readonly onBytes?: (count: number) => number | SpliceEnd;
}

/** What may go on of a chunk now. */
export type Filter = (chunk: Uint8Array) => Uint8Array | undefined;

/** Why a pipe ended. */
export interface SpliceEnd {
  /** A code of ours, or the disconnect reason that one side gave; absent for an end in order. */
  readonly reason?: number;
  readonly text: string;
}

/** Two streams that are spliced. */
export class Splice {
  /** Resolves, never rejects, when both streams have been ended. */
  readonly done: Promise<SpliceEnd>;
  readonly #streams: readonly [ByteStream, ByteStream];
  readonly #options: SpliceOptions;
  #resolve: (end: SpliceEnd) => void = () => {};
  #ended = false;
  #lastRead: number;
  /** For each side what comes from it, on its way to the other. */
  readonly #writes: readonly [Writes, Writes];
  readonly #endPause: [() => void, () => void] = [() => {}, () => {}];
  #cancelWatch = (): void => {};

  constructor(streams: readonly [ByteStream, ByteStream], options: SpliceOptions) {
    this.#streams = streams;
    const [first, second] = streams;
    this.#writes = [new Writes(second, options.clock), new Writes(first, options.clock)];
    this.#options = options;
    this.#lastRead = options.clock.now();
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    void this.#pump(0);
    void this.#pump(1);
    this.#watch();
  }

  /** Ends both streams, with a reason where they can carry one. */
  end(end: SpliceEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWatch();
    for (const endPause of this.#endPause) endPause();
    void Promise.all(this.#streams.map((stream) => endStream(stream, end))).then(() =>
      this.#resolve(end),
    );
  }

  async #pump(side: 0 | 1): Promise<void> {
    const from = this.#streams[side];
    const { clock, filters, onBytes } = this.#options;
    const writes = this.#writes[side];
    try {
      for await (const chunk of from) {
        this.#lastRead = clock.now();
        const allowed = filters ? filters[side](chunk) : chunk;
        if (allowed === undefined) continue;
        const wait = onBytes?.(allowed.length) ?? 0;
        if (typeof wait !== "number") return this.end(wait);
        if (wait > 0) await this.#pause(side, wait);
        if (this.#ended) return;
        const room = writes.write(allowed);
        if (room) await room;
      }
      await writes.all();
      this.end({ text: "one side ended it" });
    } catch (error) {
      this.end(endOf(error));
    }
  }

  /** Ends early with the splice. */
  #pause(side: 0 | 1, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.setTimer(ms, resolve);
      this.#endPause[side] = () => {
        cancel();
        resolve();
      };
    });
  }

  /** One timer for both limits: no timer for each chunk. */
  #watch(): void {
    const { clock, writeTimeout, idleTimeout } = this.#options;
    const interval = Math.min(writeTimeout, idleTimeout) / 4;
    this.#cancelWatch = clock.setTimer(interval, () => {
      const now = clock.now();
      const stuck = this.#writes.some((writes) => writes.isStuck(writeTimeout));
      if (stuck) this.end({ reason: RelayCode.Stalled, text: "one side doesn't read" });
      else if (now - this.#lastRead >= idleTimeout) {
        this.end({ reason: RelayCode.Stalled, text: "nothing came from either side" });
      } else this.#watch();
    });
  }
}

/** Ends a stream; tells why where its medium has words for that. */
export function endStream(stream: ByteStream, { reason, text }: SpliceEnd): Promise<void> {
  return stream.close(reason === undefined ? {} : { reason, message: text });
}

function endOf(error: unknown): SpliceEnd {
  if (!P2PError.is(error)) return { reason: RelayCode.BrokeOff, text: "" };
  if (error.code === "P2P_ERR_PIPE_SHAPE") return { reason: RelayCode.Shape, text: error.message };
  // A disconnect reason that one side gave is for the other.
  return { reason: error.reason ?? RelayCode.BrokeOff, text: "" };
}
