/**
 * A clock that stands still until a test moves it.
 * @module
 */

import type { Clock } from "../env.ts";
import { systemClock } from "../env.ts";

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** A {@link Clock} for tests: starts at 0 ms and moves only by {@link FakeClock.advance}. */
export class FakeClock implements Clock {
  #now = 0;
  // In the order they were set, which is also the order among timers of one moment.
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  /** How many timers wait: 0 after a clean stop. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Throws a `RangeError` for a time that isn't a finite number: no test means that. */
  setTimer(ms: number, action: () => void): () => void {
    if (!Number.isFinite(ms)) throw new RangeError(`"ms" expected a finite number, got ${ms}`);
    const timer = { at: this.#now + Math.max(0, ms), action };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /**
   * Moves on by `ms`, firing timers in order, those included that are set on the way. Before, between
   * and after them everything that waits for a microtask, and one turn of the event loop, happens.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await turn();
    for (let next = this.#due(until); next !== undefined; next = this.#due(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
      await turn();
    }
    this.#now = until;
  }

  /** Moves on by `ms` as a sleep does: no timer fires on the way; those due fire late, at the next `advance`. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #due(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    }
    return first;
  }
}

/** A turn of the event loop: all microtasks run before it ends. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    systemClock.setTimer(0, resolve);
  });
}
