/**
 * Values for any number of readers, each at its own pace.
 * @module
 */

/** What waits for a reader before the oldest are lost to it. */
const MAX_WAITING = 1_024;

/** Passes values on. */
export class Feed<T> {
  readonly #readers = new Set<Reader<T>>();
  #ended = false;

  push(value: T): void {
    for (const reader of this.#readers) reader.push(value);
  }

  /** Ends every iteration, after what is waiting was read. */
  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }

  /** Begins with `first`, then goes on with what comes; ends with the feed, or when it is left. */
  read(first: Iterable<T>): AsyncIterableIterator<T> {
    const reader: Reader<T> = new Reader(first, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    if (this.#ended) reader.end();
    return reader;
  }
}

class Reader<T> implements AsyncIterableIterator<T> {
  readonly #waiting: T[];
  readonly #onEnd: () => void;
  readonly #pending: ((result: IteratorResult<T>) => void)[] = [];
  #ended = false;

  constructor(first: Iterable<T>, onEnd: () => void) {
    this.#waiting = [...first];
    this.#onEnd = onEnd;
  }

  push(value: T): void {
    const pending = this.#pending.shift();
    if (pending) {
      pending({ value, done: false });
      return;
    }
    this.#waiting.push(value);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  end(): void {
    this.#ended = true;
    this.#onEnd();
    for (const pending of this.#pending.splice(0)) pending({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#waiting.length > 0) {
      return Promise.resolve({ value: this.#waiting.shift() as T, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#pending.push(resolve);
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#waiting.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }
}
