/**
 * Two byte streams made one: what comes from each goes to the other, no faster than that one takes
 * it.
 * @module
 */

import type { BytePort, ByteStream, Clock } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { portOf } from "@peerkit/core/transport-kit";
import { RelayCode } from "../../wire/codes.ts";
import type { Filter } from "./one-way.ts";
import { OneWay } from "./one-way.ts";

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
  readonly #ways: readonly [OneWay, OneWay];
  #resolve: (end: SpliceEnd) => void = () => {};
  #ended = false;
  #cancelWatch = (): void => {};

  constructor(streams: readonly [ByteStream, ByteStream], options: SpliceOptions) {
    this.#streams = streams;
    this.#options = options;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const [first, second] = [portOf(streams[0]), portOf(streams[1])];
    const [there, back] = options.filters ?? [];
    this.#ways = [this.#way(first, second, there), this.#way(second, first, back)];
    this.#watch();
    for (const way of this.#ways) way.start();
  }

  /** Ends both streams, with a reason where they can carry one. */
  end(end: SpliceEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWatch();
    for (const way of this.#ways) way.stop();
    void Promise.all(this.#streams.map((stream) => endStream(stream, end))).then(() =>
      this.#resolve(end),
    );
  }

  #way(from: BytePort, to: BytePort, filter: Filter | undefined): OneWay {
    const { clock } = this.#options;
    return new OneWay({
      ...{ from, to, clock, filter },
      onBytes: (count) => this.#wait(count),
      onEnd: (fault) => this.end(fault === undefined ? IN_ORDER : endOf(fault)),
    });
  }

  /** For how many ms so many bytes have to wait; nothing when they end it. */
  #wait(count: number): number | undefined {
    const wait = this.#options.onBytes?.(count) ?? 0;
    if (typeof wait === "number") return wait;
    this.end(wait);
    return undefined;
  }

  /** One timer for both limits: no timer for each chunk. */
  #watch(): void {
    const { clock, writeTimeout, idleTimeout } = this.#options;
    const interval = Math.min(writeTimeout, idleTimeout) / 4;
    this.#cancelWatch = clock.setTimer(interval, () => {
      const now = clock.now();
      const lastRead = Math.max(...this.#ways.map((way) => way.lastRead));
      const stuck = this.#ways.some((way) => way.isStuck(writeTimeout));
      if (stuck) this.end({ reason: RelayCode.Stalled, text: "one side doesn't read" });
      else if (now - lastRead >= idleTimeout) {
        this.end({ reason: RelayCode.Stalled, text: "nothing came from either side" });
      } else this.#watch();
    });
  }
}

const IN_ORDER: SpliceEnd = { text: "one side ended it" };

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
