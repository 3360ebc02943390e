/**
 * A node that the application wants to stay connected to: what went wrong with it, and when it may be
 * looked up.
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";

/** The pause after a look-up; it doubles, up to the second, with each that finds nothing. */
const FIRST_PAUSE_MS = 60_000;
const MAX_PAUSE_MS = 3_600_000;

/** One node, as the scheduler sees it. */
export class KeptNode {
  address: NodeAddress;
  /** In a row. */
  setbacks = 0;
  /** It isn't looked up before. */
  lookUpAt = 0;
  #pause = 0;

  constructor(address: NodeAddress) {
    this.address = address;
  }

  /** A look-up starts. */
  lookedUp(now: number): void {
    this.lookUpAt = now + FIRST_PAUSE_MS;
  }

  /** The look-up is over; without an address it found nothing. */
  found(address: NodeAddress | undefined, now: number): void {
    this.address = address ?? this.address;
    this.#pause = address ? 0 : Math.min(MAX_PAUSE_MS, 2 * this.#pause || FIRST_PAUSE_MS);
    if (!address) this.lookUpAt = now + this.#pause;
  }

  /** Nothing that went wrong puts it off any longer. */
  forgive(): void {
    this.setbacks = 0;
    this.lookUpAt = 0;
  }
}
