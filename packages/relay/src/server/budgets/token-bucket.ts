/**
 * A rate with a burst.
 * @module
 */

/** So many per second, and so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts against a rate. Takes the time from its caller. */
export class TokenBucket {
  /** Below 0 where more was taken than there was. */
  #level: number | undefined;
  #at = 0;

  /** After how many ms there is one to take; 0 for at once. */
  wait(rate: Rate, now: number): number {
    this.#fill(rate, now);
    const level = this.#level ?? 0;
    return level >= 1 ? 0 : ((1 - level) / rate.perSecond) * 1_000;
  }

  /** Takes `count` in any case; returns for how many ms to wait before more. */
  owe(rate: Rate, now: number, count: number): number {
    if (rate.perSecond === Number.POSITIVE_INFINITY) return 0;
    this.#fill(rate, now);
    this.#level = (this.#level ?? 0) - count;
    return this.#level >= 0 ? 0 : (-this.#level / rate.perSecond) * 1_000;
  }

  #fill({ perSecond, burst }: Rate, now: number): void {
    const passed = (now - this.#at) / 1_000;
    this.#level = Math.min(burst, (this.#level ?? burst) + passed * perSecond);
    this.#at = now;
  }
}
