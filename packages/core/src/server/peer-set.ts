/**
 * Who is connected, and who may be: pure rules, checked at each step of a connection's set-up.
 * @module
 */

import type { PeerConnection } from "../devp2p/peer-connection.ts";
import { DiscReason } from "../errors.ts";

/** The limits of a set. */
export interface PeerSetLimits {
  readonly maxPeers: number;
  /** Our own node id. */
  readonly self: string;
}

/** The peers of a server. Only the server adds and removes. */
export class PeerSet implements Iterable<PeerConnection> {
  readonly #limits: PeerSetLimits;
  readonly #peers = new Map<string, PeerConnection>();

  constructor(limits: PeerSetLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#peers.size;
  }

  get full(): boolean {
    return this.#peers.size >= this.#limits.maxPeers;
  }

  get(id: string): PeerConnection | undefined {
    return this.#peers.get(id);
  }

  /**
   * Why a node may not be added now, or `undefined`. In go-ethereum's order; asked again after each
   * wait, since the set may have changed. Without an id, why nobody may.
   */
  refusal(id: string | undefined): DiscReason | undefined {
    if (this.full) return DiscReason.TooManyPeers;
    if (id === undefined) return undefined;
    if (this.#peers.has(id)) return DiscReason.AlreadyConnected;
    if (id === this.#limits.self) return DiscReason.Self;
    return undefined;
  }

  add(peer: PeerConnection): void {
    this.#peers.set(peer.id, peer);
  }

  remove(peer: PeerConnection): void {
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
  }

  [Symbol.iterator](): Iterator<PeerConnection> {
    return this.#peers.values();
  }
}
