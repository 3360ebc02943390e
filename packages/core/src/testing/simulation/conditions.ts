/**
 * What a link between two simulated nodes is like.
 * @module
 */

import { SeededRandom } from "./seeded-random.ts";

/** The conditions of a link. All are optional. */
export interface LinkOptions {
  /**
   * One way, in ms: the same for the whole life of a link, and drawn for each pair of nodes between
   * the two numbers. @default [10, 100]
   */
  readonly latency?: readonly [least: number, most: number] | undefined;
  /** What is added to the latency, drawn anew for each parcel, in ms. Order is kept. @default 5 */
  readonly jitter?: number | undefined;
  /** Bytes in a second, each way and for each connection. @default as many as there are */
  readonly bandwidth?: number | undefined;
  /**
   * The share of parcels that get lost, 0 to 1. A stream of bytes is reliable: a parcel that gets
   * lost comes late, and everything behind it too. @default 0
   */
  readonly loss?: number | undefined;
  /** The share of parcels at which the connection breaks for both ends, 0 to 1. @default 0 */
  readonly resets?: number | undefined;
}

/** Conditions with every default filled in. */
export interface LinkConditions {
  readonly latency: readonly [least: number, most: number];
  readonly jitter: number;
  readonly bandwidth: number;
  readonly loss: number;
  readonly resets: number;
}

/** After so long a parcel that got lost is sent again, in ms; after twice that the next time. */
const RETRANSMIT_MS = 200;
/** A parcel gets lost no more often than that. */
const MAX_LOSSES = 6;

/**
 * Fills in the defaults.
 * @throws RangeError naming the option that is wrong.
 */
export function resolveConditions(options: LinkOptions): LinkConditions {
  const { latency = [10, 100], jitter = 5, loss = 0, resets = 0 } = options;
  const { bandwidth = Number.POSITIVE_INFINITY } = options;
  const [least, most] = latency;
  if (!(least >= 0 && least <= most && most < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`latency: expected two numbers from 0 in order, got ${latency}`);
  }
  if (!(jitter >= 0 && jitter < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`jitter: expected a number from 0, got ${jitter}`);
  }
  if (!(bandwidth > 0)) throw new RangeError(`bandwidth: expected more than 0, got ${bandwidth}`);
  for (const [name, share] of Object.entries({ loss, resets })) {
    if (!(share >= 0 && share <= 1)) {
      throw new RangeError(`${name}: expected a number from 0 to 1, got ${share}`);
    }
  }
  return { latency, jitter, bandwidth, loss, resets };
}

/** What happens to the parcels of one direction of one connection. */
export class LineChance {
  readonly #conditions: LinkConditions;
  readonly #latency: number;
  readonly #random: SeededRandom;

  /** `latency` is the link's; `random` is this direction's own. */
  constructor(conditions: LinkConditions, latency: number, random: SeededRandom) {
    this.#conditions = conditions;
    this.#latency = latency;
    this.#random = random;
  }

  /** How long the sender takes to put a parcel of `size` bytes on the line, in ms. */
  sending(size: number): number {
    return (size / this.#conditions.bandwidth) * 1000;
  }

  /** How long the next parcel is on its way, in ms. */
  travel(): number {
    const { jitter, loss } = this.#conditions;
    let ms = this.#latency + this.#random.between(0, jitter);
    for (let lost = 0; lost < MAX_LOSSES && this.#random.chance(loss); lost++) {
      ms += RETRANSMIT_MS * 2 ** lost;
    }
    return ms;
  }

  /** Whether the connection breaks at the next parcel. */
  breaks(): boolean {
    return this.#random.chance(this.#conditions.resets);
  }
}

/** The latency between two nodes, by their places: the same in both directions, whoever dials. */
export function latencyBetween(
  { latency: [least, most] }: LinkConditions,
  seed: number,
  first: number,
  second: number,
): number {
  const pair = [Math.min(first, second), Math.max(first, second)];
  return new SeededRandom(seed, ...pair).between(least, most);
}
