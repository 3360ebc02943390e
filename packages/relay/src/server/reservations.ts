/**
 * Who is reachable through a relay.
 * @module
 */

import type { Clock, Peer } from "@peerkit/core";
import type { Verdict } from "../wire/codes.ts";
import { RelayCode } from "../wire/codes.ts";
import type { Budgets, Held } from "./budgets/budgets.ts";
import type { Party } from "./budgets/scopes.ts";

/** How long a reservation lasts unless it is renewed, in ms. */
export const RESERVATION_TTL_MS = 3_600_000;

/** What reservations need. */
export interface ReservationsOptions {
  readonly clock: Clock;
  readonly budgets: Budgets;
  /** All at once. */
  readonly max: number;
  /** Told of each place that is given or renewed, and of each that ends. */
  readonly watcher?: PlaceWatcher | undefined;
}

/** Who wants to know which nodes are reachable, by their ids. */
export interface PlaceWatcher {
  nodeCame(id: string): void;
  nodeLeft(id: string): void;
}

/** One place for each node; it goes with the node's connection. */
export class Reservations {
  readonly #options: ReservationsOptions;
  readonly #places = new Map<string, Place>();

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Gives a peer a place, or more time for the one it has. Gives why not instead. */
  reserve(peer: Peer, party: Party): Verdict | undefined {
    const { clock, budgets, max, watcher } = this.#options;
    const old = this.#places.get(peer.id);
    if (old?.peer === peer) {
      old.endsAt = clock.now() + RESERVATION_TTL_MS;
      watcher?.nodeCame(peer.id);
      return undefined;
    }
    // A new connection of the same key takes the place of the one before.
    if (old) this.#remove(old);
    if (this.#places.size >= max) {
      const text = `all ${max} reservations are taken`;
      return { code: RelayCode.Budget, text, retryAfterMs: 10_000 };
    }
    const held = budgets.hold({ ...party, key: peer.id }, "reservations");
    if ("code" in held) return held;
    const place: Place = { peer, held, endsAt: clock.now() + RESERVATION_TTL_MS };
    this.#places.set(peer.id, place);
    watcher?.nodeCame(peer.id);
    void peer.closed.then(() => this.#remove(place));
    return undefined;
  }

  /** The peer with that node id, if it has a place. */
  get(id: string): Peer | undefined {
    const place = this.#places.get(id);
    if (!place || place.endsAt > this.#options.clock.now()) return place?.peer;
    this.#remove(place);
    return undefined;
  }

  #remove(place: Place): void {
    if (this.#places.get(place.peer.id) !== place) return;
    this.#places.delete(place.peer.id);
    place.held.release();
    this.#options.watcher?.nodeLeft(place.peer.id);
  }
}

interface Place {
  readonly peer: Peer;
  readonly held: Held;
  endsAt: number;
}
