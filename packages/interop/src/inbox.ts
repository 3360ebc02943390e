/**
 * A list of things that happened, from which waiting tests take what they look for.
 * @module
 */

interface Waiting<T> {
  readonly match: (item: T) => boolean;
  readonly resolve: (item: T) => void;
}

/** How long a test waits for something that takes no time, in ms. */
const SHORTLY = 10_000;

/** Keeps each item until it is taken, in order. */
export class Inbox<T> {
  // UNBOUNDED: it lives as long as one run of the tests, and a node's items leave with the node.
  #items: T[] = [];
  readonly #waiting = new Set<Waiting<T>>();
  #ended: Error | undefined;

  /** Adds an item, or hands it to the first that waits for one like it. */
  put(item: T): void {
    for (const waiting of this.#waiting) {
      if (!waiting.match(item)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(item);
      return;
    }
    this.#items.push(item);
  }

  /**
   * Takes the first item that matches, now or once it comes. Rejects after `timeoutMs` with an
   * error that names `what` it waited for.
   */
  take(match: (item: T) => boolean, what: string, timeoutMs: number = SHORTLY): Promise<T> {
    const at = this.#items.findIndex(match);
    const [found] = at < 0 ? [] : this.#items.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(`waited ${timeoutMs / 1000} s for ${what}`));
      }, timeoutMs);
      // A case that was given up on doesn't keep the run from ending.
      timer.unref();
      const waiting: Waiting<T> = {
        match,
        resolve: (item) => {
          clearTimeout(timer);
          resolve(item);
        },
      };
      this.#waiting.add(waiting);
    });
  }

  /** The items that match and that nobody took, left where they are. */
  peek(match: (item: T) => boolean): T[] {
    return this.#items.filter(match);
  }

  /** Forgets the items that match. */
  drop(match: (item: T) => boolean): void {
    this.#items = this.#items.filter((item) => !match(item));
  }

  /** What isn't here by now won't come: later waits reject at once with this error. */
  end(error: Error): void {
    this.#ended = error;
  }
}
