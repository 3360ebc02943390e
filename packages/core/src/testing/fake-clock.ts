/**
 * A clock that stands still until a test moves it.
 * @module
 */

import type { Clock } from "../env.ts";
import { onTurnEnd } from "../env.ts";
import { TimerQueue } from "./timer-queue.ts";

/**
 * Time goes in steps of so much of a millisecond, which sums of doubles hold exactly. Else a timer
 * might find itself a trillionth too early, set itself again for a time that is none, and so on.
 */
const STEPS = 1024;

/** A {@link Clock} for tests: starts at 0 ms and moves only by {@link FakeClock.advance}. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #timers = new TimerQueue();
  #changes = 0;

  now(): number {
    return this.#now;
  }

  /** How many timers wait: 0 after a clean stop. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How many timers were set and cancelled so far: while it stands still, nobody used the clock. */
  get changes(): number {
    return this.#changes;
  }

  /** When the next timer fires, in ms; `undefined` without one. */
  get nextAt(): number | undefined {
    return this.#timers.first?.at;
  }

  /** Throws a `RangeError` for a time that isn't a finite number: no test means that. */
  setTimer(ms: number, action: () => void): () => void {
    if (!Number.isFinite(ms)) throw new RangeError(`"ms" expected a finite number, got ${ms}`);
    const timer = this.#timers.add(inSteps(this.#now + Math.max(0, ms)), action);
    this.#changes++;
    return () => {
      if (this.#timers.remove(timer)) this.#changes++;
    };
  }

  /**
   * Moves on by `ms`, firing timers in order, those included that are set on the way. Before, between
   * and after them everything that waits for a microtask, and one turn of the event loop, happens.
   */
  async advance(ms: number): Promise<void> {
    const until = inSteps(this.#now + ms);
    await turn();
    while (this.fireNext(until)) await turn();
    this.#now = until;
  }

  /**
   * Moves to the next timer that fires at `until` or before, fires it, and waits for nothing. Gives
   * false when there is none; the clock stands where it was then.
   */
  fireNext(until = Number.POSITIVE_INFINITY): boolean {
    const next = this.#timers.first;
    if (next === undefined || next.at > until) return false;
    this.#timers.remove(next);
    this.#now = Math.max(this.#now, next.at);
    next.action();
    return true;
  }

  /** Moves on by `ms` as a sleep does: no timer fires on the way; those due fire late, at the next `advance`. */
  jump(ms: number): void {
    this.#now = inSteps(this.#now + ms);
  }
}

/** The time, or the next step after it. */
function inSteps(ms: number): number {
  return Math.ceil(ms * STEPS) / STEPS;
}

/** A turn of the event loop: all microtasks run before it ends. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    onTurnEnd(resolve);
  });
}
