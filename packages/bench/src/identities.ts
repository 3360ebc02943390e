/**
 * Identities that dial, each used by one connection at a time.
 * @module
 */

/** A queue of identities: the one that was given back longest ago comes first. */
export class Identities<T> {
  readonly #make: () => Promise<T>;
  readonly #free: T[] = [];
  #count = 0;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  /** Makes identities until there are `count` in all. */
  async prepare(count: number): Promise<void> {
    while (this.#count < count) this.#free.push(await this.#makeOne());
  }

  /** Takes a free one; makes one where none is. */
  async take(): Promise<T> {
    return this.#free.shift() ?? this.#makeOne();
  }

  /** Puts one back. */
  giveBack(identity: T): void {
    this.#free.push(identity);
  }

  #makeOne(): Promise<T> {
    this.#count += 1;
    return this.#make();
  }
}
