/**
 * One dial to a node at a time: who comes meanwhile waits, and finds it connected.
 * @module
 */

import { unlessAborted } from "../within.ts";

/** The dials under way, by node. */
export class DialTurns {
  /** UNBOUNDED: one entry for each node that the server's owner dials now. */
  readonly #last = new Map<string, Promise<void>>();

  /** Runs the task when those before it are over. Rejects with the signal's reason if that comes first. */
  async take<T>(id: string, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id);
    let end = (): void => {};
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    const last = before ? before.then(() => own) : own;
    this.#last.set(id, last);
    try {
      if (before) await (signal ? unlessAborted(signal, before) : before);
      return await task();
    } finally {
      end();
      if (this.#last.get(id) === last) this.#last.delete(id);
    }
  }
}
