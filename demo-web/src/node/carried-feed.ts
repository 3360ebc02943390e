/**
 * Puts what the relay carries into the model, once per animation frame however much it is.
 * @module
 */

import type { Carried, Model } from "../model.ts";
import type { See } from "./relay-eye.ts";

/** How many pieces are kept. */
const MAX_KEPT = 100;
/** How many bytes are kept of each. */
const MAX_BYTES = 32;

/** Feeds the list of what the relay sees. */
export class CarriedFeed {
  readonly #model: Model;
  /** The newest last. */
  readonly #kept: Carried[] = [];
  #seq = 0;
  #scheduled = false;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Takes bytes that go by; the first of them are copied. */
  readonly see: See = (direction, path, bytes) => {
    this.#seq += 1;
    const head = bytes.slice(0, MAX_BYTES);
    const at = performance.now();
    this.#kept.push({ seq: this.#seq, at, direction, path, size: bytes.length, head });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#model.carried.value = this.#kept.toReversed();
    });
  };
}
