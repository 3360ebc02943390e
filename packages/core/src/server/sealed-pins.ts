/**
 * Which nodes have had a sealed session with us: from them RLPx v5 isn't taken any more.
 * @see docs/wire/sealed.md, section 2
 * @module
 */

/** How many nodes that dialed us are remembered; the oldest are forgotten first. */
const MAX_INBOUND = 65_536;

/** The nodes, by their ids. */
export class SealedPins {
  /** UNBOUNDED: only our own dials add to it. */
  readonly #dialed = new Set<string>();
  /** Apart from the others, so that strangers can't push out whom we chose. */
  readonly #inbound = new Set<string>();

  has(id: string): boolean {
    return this.#dialed.has(id) || this.#inbound.has(id);
  }

  /** Remembers a node whose key is proved. */
  add(id: string, dialed: boolean): void {
    if (dialed) this.#dialed.add(id);
    if (this.has(id)) return;
    for (const oldest of this.#inbound) {
      if (this.#inbound.size < MAX_INBOUND) break;
      this.#inbound.delete(oldest);
    }
    this.#inbound.add(id);
  }

  delete(id: string): void {
    this.#dialed.delete(id);
    this.#inbound.delete(id);
  }
}
