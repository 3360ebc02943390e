/**
 * Whose turn it is among the handshakes that wait for the processor.
 * @module
 */

/**
 * Where a handshake stands: a node's own dials come first, then what was begun, since half a
 * handshake is of no use to anyone, then the new ones that others began.
 */
export type Standing = "dial" | "begun" | "new";

/** Waiting handshakes, in the order in which they'll be served. */
export class HandshakeQueue<T> {
  readonly #maxNew: number;
  // The first two hold one entry for each handshake under way, which the server bounds.
  readonly #lines: Readonly<Record<Standing, T[]>> = { dial: [], begun: [], new: [] };

  /** At most `maxNew` new ones wait. */
  constructor(maxNew: number) {
    this.#maxNew = maxNew;
  }

  get empty(): boolean {
    const { dial, begun, new: fresh } = this.#lines;
    return dial.length + begun.length + fresh.length === 0;
  }

  /** Adds one; gives back the one that has to go for it: of the new ones that which waited longest. */
  add(item: T, standing: Standing): T | undefined {
    const line = this.#lines[standing];
    line.push(item);
    return standing === "new" && line.length > this.#maxNew ? line.shift() : undefined;
  }

  /** Takes the next. */
  next(): T | undefined {
    const { dial, begun, new: fresh } = this.#lines;
    return dial.shift() ?? begun.shift() ?? fresh.shift();
  }

  /** Takes one out that no longer wants it, if it is still there. */
  remove(item: T): void {
    for (const line of Object.values(this.#lines)) {
      const at = line.indexOf(item);
      if (at >= 0) line.splice(at, 1);
    }
  }
}
