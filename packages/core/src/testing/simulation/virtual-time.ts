/**
 * Time that moves on when nothing is left to do: the loop of a simulation.
 * @module
 */

import { onTurnEnd } from "../../env.ts";
import { FakeClock } from "../fake-clock.ts";

/** Turns of the event loop in a row in which nobody touched the clock: then all have had their say. */
const QUIET_TURNS = 2;

/** A clock and what moves it. */
export class VirtualTime {
  readonly clock = new FakeClock();

  /** Moves on by `ms`: fires what is due, and lets everything that follows from it happen before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    do await this.#settle();
    while (this.#fire(until));
    this.clock.jump(until - this.clock.now());
  }

  /**
   * Moves on until the work has settled, and settles as it does.
   * @throws Error when it hasn't after `ms`, or when no timer is left.
   */
  async until<T>(work: Promise<T>, ms: number): Promise<T> {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    work.then(end, end);
    await this.untilTrue(() => settled, ms);
    return work;
  }

  /**
   * Moves on until it is true.
   * @throws Error when it isn't after `ms`, or when no timer is left.
   */
  async untilTrue(isTrue: () => boolean, ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    for (;;) {
      await this.#settle();
      if (isTrue()) return;
      if (this.clock.pending === 0) throw new Error("nothing is left to wait for");
      if (!this.#fire(until)) throw new Error(`nothing came of it in ${ms} ms`);
    }
  }

  /** Fires all timers of the next moment, unless it is after `until`. */
  #fire(until: number): boolean {
    const at = this.clock.nextAt;
    if (at === undefined || at > until) return false;
    while (this.clock.fireNext(at));
    return true;
  }

  /**
   * Waits until nobody has anything to do. Whoever writes, reads or waits uses the clock, at least
   * for a time limit, so a clock that is left alone tells it.
   */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.clock.changes;
      await new Promise<void>(onTurnEnd);
      if (this.clock.changes !== before) quiet = -1;
    }
  }
}
