/**
 * What a server has under way, so that `stop` can end it all.
 * @module
 */

import type { AbortControl } from "../env.ts";
import { newAbortController } from "../env.ts";

/** Dials and set-ups under way. */
export class Tasks {
  /** One controller each: a signal that all shared would carry a listener for each of them. */
  readonly #controls = new Set<AbortControl>();
  #ended: { readonly reason: unknown } | undefined;

  /** Runs a task that ends by its controller: on the signal, or with all others. */
  async run<T>(
    signal: AbortSignal | undefined,
    task: (control: AbortControl) => Promise<T>,
  ): Promise<T> {
    const control = newAbortController();
    const onAbort = (): void => control.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    if (this.#ended) control.abort(this.#ended.reason);
    this.#controls.add(control);
    try {
      return await task(control);
    } finally {
      this.#controls.delete(control);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends all tasks, and those that are still to come. */
  end(reason: unknown): void {
    this.#ended = { reason };
    for (const control of this.#controls) control.abort(reason);
  }
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
