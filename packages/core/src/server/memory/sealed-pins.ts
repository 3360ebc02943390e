/**
 * Which nodes have had a sealed session with us: from them RLPx v5 isn't taken any more.
 * @see docs/wire/sealed.md, section 2
 * @module
 */

/** How many nodes that we dialed are remembered; the oldest are forgotten first. */
const MAX_DIALED = 262_144;
/** As `MAX_DIALED`, of those that dialed us. */
const MAX_INBOUND = 65_536;

/** The nodes, by their ids. */
export class SealedPins {
  /** Called after each change. */
  onChange: () => void = () => {};
  readonly #dialed = new Set<string>();
  /** Apart from the others, so that strangers can't push out whom we chose. */
  readonly #inbound = new Set<string>();

  has(id: string): boolean {
    return this.#dialed.has(id) || this.#inbound.has(id);
  }

  /** Remembers a node whose key is proved. */
  add(id: string, dialed: boolean): void {
    if (this.#dialed.has(id) || (!dialed && this.#inbound.has(id))) return;
    if (dialed) push(this.#dialed, id, MAX_DIALED);
    else push(this.#inbound, id, MAX_INBOUND);
    this.onChange();
  }

  delete(id: string): void {
    const [wasDialed, wasInbound] = [this.#dialed.delete(id), this.#inbound.delete(id)];
    if (wasDialed || wasInbound) this.onChange();
  }

  /** Those that we dialed, or those that dialed us; the oldest first. */
  ids(dialed: boolean): ReadonlySet<string> {
    return dialed ? this.#dialed : this.#inbound;
  }
}

function push(ids: Set<string>, id: string, limit: number): void {
  for (const oldest of ids) {
    if (ids.size < limit) break;
    ids.delete(oldest);
  }
  ids.add(id);
}
