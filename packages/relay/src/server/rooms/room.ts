/**
 * One room: its members, and what they don't know of each other yet.
 * @module
 */

import type { Clock, Peer } from "@peerkit/core";

/** For how long changes are gathered, in ms. */
const GATHER_MS = 50;

/** Who came and who left, as keys. */
export interface RoomChange {
  readonly joined: Uint8Array[];
  readonly left: Uint8Array[];
}

/** A room that has members. */
export class Room {
  readonly name: string;
  readonly #clock: Clock;
  readonly #tell: (peer: Peer, change: RoomChange) => void;
  readonly #members = new Map<string, Peer>();
  /** By node id; bounded by the rate at which each node may come and go, and gone in 50 ms. */
  readonly #joined = new Map<string, Uint8Array>();
  readonly #left = new Map<string, Uint8Array>();
  #cancel: (() => void) | undefined;

  /** `tell` brings a change to a member. */
  constructor(name: string, clock: Clock, tell: (peer: Peer, change: RoomChange) => void) {
    this.name = name;
    this.#clock = clock;
    this.#tell = tell;
  }

  get size(): number {
    return this.#members.size;
  }

  has(peer: Peer): boolean {
    return this.#members.get(peer.id) === peer;
  }

  /** The members' keys, without one's own. */
  keysBut({ id }: Peer): Uint8Array[] {
    return [...this.#members.values()].filter((peer) => peer.id !== id).map((p) => p.publicKey);
  }

  /** Adds a peer; in place of another connection of the same key, if there is one. */
  add(peer: Peer): void {
    this.#members.set(peer.id, peer);
    this.#left.delete(peer.id);
    this.#joined.set(peer.id, peer.publicKey);
    this.#schedule();
  }

  remove(peer: Peer): void {
    if (!this.has(peer)) return;
    this.#members.delete(peer.id);
    this.#joined.delete(peer.id);
    // Also where nobody was told of it: a newcomer's list may have it.
    this.#left.set(peer.id, peer.publicKey);
    this.#schedule();
  }

  close(): void {
    this.#cancel?.();
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.setTimer(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancel = undefined;
    const joined = [...this.#joined];
    const left = [...this.#left.values()];
    this.#joined.clear();
    this.#left.clear();
    for (const [id, peer] of this.#members) {
      const news = joined.filter(([who]) => who !== id).map(([, key]) => key);
      if (news.length > 0 || left.length > 0) this.#tell(peer, { joined: news, left });
    }
  }
}
