/**
 * The moments at which a waiting page should try again at once.
 * @module
 */

/** Waits that can be cut short. */
export class Wake {
  #wake: () => void = () => {};

  /** Resolves after `ms`, or at the next {@link now}. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends a sleep, if there is one. */
  now(): void {
    this.#wake();
  }
}

/** Calls `action` when the network is back or the visitor looks at the page again. */
export function onReturn(action: () => void): void {
  addEventListener("online", action);
  addEventListener("pageshow", (event) => event.persisted && action());
  document.addEventListener("resume", action);
  document.addEventListener("visibilitychange", () => !document.hidden && action());
}
