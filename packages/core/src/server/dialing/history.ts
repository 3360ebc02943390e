/**
 * Which nodes were dialed a moment ago, and until when they are not dialed again.
 * @module
 */

/** So many nodes are remembered; with more, no candidate is dialed until some are forgotten. */
const MAX_RECENT = 4_096;

/** The recent dials of one server. */
export class DialHistory {
  /** In the order of their dials, which is almost that of their ends. */
  readonly #recent = new Map<string, Recent>();

  /** Until when the node is not dialed; 0 if it was not dialed lately. */
  until(id: string): number {
    return this.#recent.get(id)?.until ?? 0;
  }

  /** Keeps the node from being dialed until then. `refused`: it was there, and didn't want us. */
  hold(id: string, until: number, refused = false): void {
    this.#recent.delete(id);
    this.#recent.set(id, { until, refused });
  }

  free(id: string): void {
    this.#recent.delete(id);
  }

  /** Forgets all, or all but those that refused us. */
  freeAll(refusedToo: boolean): void {
    for (const [id, { refused }] of this.#recent) {
      if (refusedToo || !refused) this.#recent.delete(id);
    }
  }

  /** Until when it remembers as many as it may; 0 if it doesn't. */
  fullUntil(now: number): number {
    for (const [id, { until }] of this.#recent) {
      if (until > now) break;
      this.#recent.delete(id);
    }
    if (this.#recent.size < MAX_RECENT) return 0;
    const [oldest] = this.#recent.values();
    return oldest?.until ?? 0;
  }
}

interface Recent {
  readonly until: number;
  readonly refused: boolean;
}
