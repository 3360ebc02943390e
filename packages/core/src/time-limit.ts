/**
 * Time limits for others, which our own sleep doesn't use up.
 * @module
 */

import type { Clock } from "./env.ts";

/** A timer that fires this much late tells of our own sleep: a frozen tab, a closed laptop. */
const OWN_LATENESS_MS = 5_000;
/**
 * How often in a row a limit is given anew. In a hidden tab, whose timers come once a minute, every
 * timer is late: without an end nobody would ever be late there.
 */
export const MAX_EXTENSIONS = 2;

/** Whether a timer that was due at `due` tells of our own sleep. */
export function overslept(clock: Clock, due: number): boolean {
  return clock.now() - due > OWN_LATENESS_MS;
}

/**
 * Calls `action` when others had `ms` while we were awake. When we were not, what they did meanwhile
 * isn't read yet: then they get the whole time anew. The returned function cancels it.
 */
export function setTimeLimit(clock: Clock, ms: number, action: () => void): () => void {
  let extensions = 0;
  let cancel = (): void => {};
  const set = (): void => {
    const due = clock.now() + ms;
    cancel = clock.setTimer(ms, () => {
      if (overslept(clock, due) && extensions++ < MAX_EXTENSIONS) set();
      else action();
    });
  };
  set();
  return () => cancel();
}
