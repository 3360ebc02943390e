/**
 * Waiting for something, but not for ever.
 * @module
 */

import type { Clock } from "../env.ts";

/** How long, and what ends it early. */
export interface Limit {
  readonly clock: Clock;
  readonly ms: number;
  readonly signal?: AbortSignal | undefined;
}

/** Waits for the work. Resolves to whether it settled before time was up or the signal came. */
export async function within(
  work: Promise<unknown>,
  { clock, ms, signal }: Limit,
): Promise<boolean> {
  let giveUp = (): void => {};
  const given = new Promise<false>((resolve) => {
    giveUp = () => resolve(false);
  });
  const cancel = clock.setTimer(ms, giveUp);
  signal?.addEventListener("abort", giveUp, { once: true });
  if (signal?.aborted) giveUp();
  const settled = () => true;
  const result = await Promise.race([work.then(settled, settled), given]);
  cancel();
  signal?.removeEventListener("abort", giveUp);
  return result;
}

/** How the work ends, or the signal's reason if that comes first. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
