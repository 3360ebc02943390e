/**
 * Chance that can be repeated: the same seed gives the same draws, on every platform.
 * @see https://prng.di.unimi.it the algorithm is xoshiro128**
 * @module
 */

import type { Random } from "../../env.ts";

/** A source of draws. Not for secrets. */
export class SeededRandom {
  readonly #state: Uint32Array;

  /** Numbers that differ make sources that have nothing to do with each other. */
  constructor(...seed: readonly number[]) {
    this.#state = scatter(seed);
  }

  /** A number from 0 up to, but not, 1. */
  next(): number {
    return this.#bits() / 2 ** 32;
  }

  /** A number between the two. */
  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of the items. @throws RangeError when there are none. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("items: expected at least one");
    return item;
  }

  /** True in so many of all cases: 0 never, 1 always. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** Fills an array, as `ServerOptions.random` does. */
  readonly fill: Random = (bytes) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.#bits();
    return bytes;
  };

  #bits(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state;
    const drawn = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    const third = c ^ a;
    const fourth = d ^ b;
    this.#state.set([a ^ fourth, b ^ third, third ^ shifted, rotate(fourth, 11)]);
    return drawn;
  }
}

/** Four words that depend on every bit of the seed. */
function scatter(seed: readonly number[]): Uint32Array {
  let hash = 0x9e37_79b9;
  const mix = (word: number): number => {
    hash = Math.imul(hash ^ word, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    hash ^= hash >>> 16;
    return hash;
  };
  for (const number of seed) {
    mix(number);
    mix(Math.floor(number / 2 ** 32));
  }
  return Uint32Array.from({ length: 4 }, (_, at) => mix(at + 1));
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
