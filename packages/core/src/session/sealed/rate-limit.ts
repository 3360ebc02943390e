/**
 * How often something may happen: a burst, then a steady rate.
 * @module
 */

/** The limits of a rate. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What we let come: messages of the base protocol, and records of padding only. */
export const RECEIVED_BASE: Rate = { perSecond: 100, burst: 500 };
/** What we send: half of it, since a link may bunch what left at a steady pace. */
export const SENT_BASE: Rate = { perSecond: 50, burst: 250 };

/** Counts against one rate. */
export class RateLimit {
  readonly #rate: Rate;
  #left: number;
  #at: number;

  /** `now` is in ms, here and below. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = now;
  }

  /** Counts one; false when there are too many. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** How many ms until the next one may happen. */
  wait(now: number): number {
    this.#refill(now);
    return Math.max(0, ((1 - this.#left) * 1000) / this.#rate.perSecond);
  }

  #refill(now: number): void {
    const earned = ((now - this.#at) * this.#rate.perSecond) / 1000;
    this.#left = Math.min(this.#rate.burst, this.#left + earned);
    this.#at = now;
  }
}
