/**
 * A queue whose ends cost the same however long it is.
 * @module
 */

/** Taken places are given back in steps of at least this many. */
const COMPACT_AT = 1024;

/** First in, first out. */
export class Fifo<T> {
  /** Items from `#head` on are waiting; those before it were taken. */
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The item that `shift` would take. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head === this.#items.length) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#items.length) {
      this.clear();
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
