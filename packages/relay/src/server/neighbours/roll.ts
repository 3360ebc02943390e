/**
 * Which other relays are there: each says so again and again in its own row of the directory.
 * @module
 */

import type { Clock } from "@peerkit/core";
import { ROW_TTL_MS } from "./directory.ts";

/** How often a relay says that it is there, in ms. */
export const BEAT_MS = 5_000;
/** For how long it is believed, in ms. */
export const LEASE_MS = 15_000;

/** Another relay, by what was heard of it. */
interface Entry {
  /** Where its pipes are; absent while it is only known by what others say. */
  address: string | undefined;
  heardAt: number;
  isThere: boolean;
}

/** The other relays of a directory. */
export class Roll {
  readonly #clock: Clock;
  readonly #onChange: (name: string, isThere: boolean) => void;
  readonly #onForgotten: (name: string) => void;
  /** UNBOUNDED: relays are few, trusted, and forgotten an hour after their last word. */
  readonly #entries = new Map<string, Entry>();

  /**
   * `onChange` is told when a relay is believed to be gone, and when it is back; `onForgotten` when it
   * won't be.
   */
  constructor(
    clock: Clock,
    onChange: (name: string, isThere: boolean) => void,
    onForgotten: (name: string) => void,
  ) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#onForgotten = onForgotten;
  }

  /** How many are there. */
  get size(): number {
    return [...this.#entries.values()].filter(({ isThere, address }) => isThere && address).length;
  }

  /** Whether a relay is there. One that wasn't heard yet is believed for the time of a lease, from now. */
  believes(name: string): boolean {
    return this.#entry(name).isThere;
  }

  /** Where the relay's pipes are, if it is there. */
  addressOf(name: string): string | undefined {
    const { isThere, address } = this.#entry(name);
    return isThere ? address : undefined;
  }

  /** A relay has said that it is there. */
  heard(name: string, address: string): void {
    const entry = this.#entry(name);
    entry.address = address;
    entry.heardAt = this.#clock.now();
    this.#set(name, entry, true);
  }

  /** A relay has said that it goes. */
  left(name: string): void {
    if (this.#entries.delete(name)) this.#onForgotten(name);
  }

  /** To be called at each beat: who is silent is gone. */
  look(): void {
    const now = this.#clock.now();
    for (const [name, entry] of this.#entries) {
      const silence = now - entry.heardAt;
      if (silence >= ROW_TTL_MS) this.left(name);
      else if (silence >= LEASE_MS) this.#set(name, entry, false);
    }
  }

  #entry(name: string): Entry {
    let entry = this.#entries.get(name);
    if (!entry) {
      entry = { address: undefined, heardAt: this.#clock.now(), isThere: true };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  #set(name: string, entry: Entry, isThere: boolean): void {
    if (entry.isThere === isThere) return;
    entry.isThere = isThere;
    this.#onChange(name, isThere);
  }
}
