/**
 * Several sources in turn, so that a fast one doesn't drown the others. go-ethereum's `FairMix`.
 * @module
 */

/** Mixes sources. Each is asked for one value ahead, once the first value is wanted. */
export class FairMix<T> {
  /** The one that is due stands first. */
  readonly #sources: Source<T>[];
  #onNews = (): void => {};

  /** `onError` gets what a source throws; it counts as ended then. */
  constructor(sources: readonly AsyncIterable<T>[], onError: (error: unknown) => void) {
    this.#sources = sources.map((source) => new Source(source, () => this.#onNews(), onError));
  }

  /** Resolves to the next value, or `undefined` when all sources have ended. Ask again only after that. */
  async next(): Promise<{ readonly value: T } | undefined> {
    for (;;) {
      for (const source of this.#sources) source.ask();
      const found = this.#sources.findIndex(({ ready }) => ready);
      const [source] = found < 0 ? [] : this.#sources.splice(found, 1);
      if (source) {
        this.#sources.push(source);
        return source.take();
      }
      if (this.#sources.every(({ ended }) => ended)) return undefined;
      await new Promise<void>((resolve) => {
        this.#onNews = resolve;
      });
    }
  }

  /** Ends all sources; a value that is waited for never comes. */
  close(): void {
    for (const source of this.#sources) source.close();
  }
}

class Source<T> {
  ready: { readonly value: T } | undefined;
  ended = false;
  readonly #source: AsyncIterable<T>;
  readonly #onNews: () => void;
  readonly #onError: (error: unknown) => void;
  #iterator: AsyncIterator<T> | undefined;
  #asked = false;

  constructor(source: AsyncIterable<T>, onNews: () => void, onError: (error: unknown) => void) {
    this.#source = source;
    this.#onNews = onNews;
    this.#onError = onError;
  }

  ask(): void {
    if (this.#asked || this.ready || this.ended) return;
    this.#asked = true;
    void this.#ask();
  }

  take(): { readonly value: T } | undefined {
    const { ready } = this;
    this.ready = undefined;
    return ready;
  }

  close(): void {
    this.ended = true;
    void this.#close();
  }

  async #ask(): Promise<void> {
    try {
      this.#iterator ??= this.#source[Symbol.asyncIterator]();
      const { value, done } = await this.#iterator.next();
      if (done) this.ended = true;
      else if (!this.ended) this.ready = { value };
    } catch (error) {
      this.ended = true;
      this.#onError(error);
    }
    this.#asked = false;
    this.#onNews();
  }

  async #close(): Promise<void> {
    try {
      await this.#iterator?.return?.();
    } catch (error) {
      this.#onError(error);
    }
  }
}
