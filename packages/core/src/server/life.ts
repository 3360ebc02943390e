/**
 * The life of a server, and what it has under way meanwhile, so that `stop` can end it all.
 * @module
 */

import type { AbortControl } from "../env.ts";
import { newAbortController } from "../env.ts";
import { P2PError } from "../errors.ts";

/** Begins once, and ends once. Dials and set-ups are what it has under way. */
export class Life {
  #state: "new" | "running" | "stopped" = "new";
  /** One controller each: a signal that all shared would carry a listener for each of them. */
  readonly #controls = new Set<AbortControl>();
  readonly #whole = newAbortController();

  /** Aborted when all that is under way is ended. */
  get signal(): AbortSignal {
    return this.#whole.signal;
  }

  /** @throws P2PError `P2P_ERR_NOT_RUNNING` when it began before. */
  begin(): void {
    if (this.#state !== "new") throw notRunning("was started before: make a new one");
    this.#state = "running";
  }

  /** @throws P2PError `P2P_ERR_NOT_RUNNING`. */
  requireRunning(): void {
    if (this.#state === "running") return;
    throw notRunning(`is ${this.#state === "new" ? "not started" : "stopped"}`);
  }

  /** Runs a task that ends by its controller: on the signal, or with all others. */
  async run<T>(
    signal: AbortSignal | undefined,
    task: (control: AbortControl) => Promise<T>,
  ): Promise<T> {
    const control = newAbortController();
    const onAbort = (): void => control.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    if (this.signal.aborted) control.abort(this.signal.reason);
    this.#controls.add(control);
    try {
      return await task(control);
    } finally {
      this.#controls.delete(control);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** It doesn't run from now on; what is under way goes on. */
  close(): void {
    this.#state = "stopped";
  }

  /** Ends all tasks, and those that are still to come. */
  end(): void {
    const reason = notRunning("was stopped");
    this.#whole.abort(reason);
    for (const control of this.#controls) control.abort(reason);
  }
}

function notRunning(how: string): P2PError {
  return new P2PError(`the server ${how}`, { code: "P2P_ERR_NOT_RUNNING" });
}
