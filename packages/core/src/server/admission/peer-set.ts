/**
 * Who is connected, and who may be: pure rules, checked at each step of a connection's set-up.
 * @module
 */

import type { PeerConnection } from "../../devp2p/peer-connection.ts";
import { DiscReason, formatReason } from "../../errors.ts";
import type { ConnectionLimits } from "./limits.ts";

/** What a set goes by. */
export interface PeerSetRules extends ConnectionLimits {
  /** Our own node id. */
  readonly self: string;
  /** Ids of nodes that come in above the limits. */
  readonly trusted: Iterable<string>;
}

/** A node that would be a peer. */
export interface Candidate {
  readonly id: string;
  /** True when it dialed us. */
  readonly inbound: boolean;
}

/** Why a node may not be a peer. */
export interface Refused {
  readonly reason: DiscReason;
  readonly message: string;
}

/** The peers of a server. Only the roster adds and removes. */
export class PeerSet implements Iterable<PeerConnection> {
  readonly #rules: PeerSetRules;
  readonly #peers = new Map<string, PeerConnection>();
  /** UNBOUNDED: only the server's owner adds to it. */
  readonly #trusted: Set<string>;
  /** How many of the peers have dialed us. */
  #inbound = 0;

  constructor(rules: PeerSetRules) {
    this.#rules = rules;
    this.#trusted = new Set(rules.trusted);
  }

  get size(): number {
    return this.#peers.size;
  }

  get(id: string): PeerConnection | undefined {
    return this.#peers.get(id);
  }

  /** Whether a node comes in above the limits. */
  trusts(id: string): boolean {
    return this.#trusted.has(id);
  }

  /** Lets a node come in above the limits, or not any more; a peer stays one either way. */
  setTrusted(id: string, trusted: boolean): void {
    if (trusted) this.#trusted.add(id);
    else this.#trusted.delete(id);
    const peer = this.#peers.get(id);
    if (peer) peer.trusted = trusted;
  }

  /**
   * Why a node may not be added now, or `undefined`. In go-ethereum's order; asked again after each
   * wait, since the set may have changed. A node that is there doesn't count against itself.
   */
  refusal({ id, inbound }: Candidate): Refused | undefined {
    const saturated = this.trusts(id) ? undefined : this.#saturated(inbound, id);
    if (saturated) return saturated;
    if (this.#peers.has(id)) return refused(DiscReason.AlreadyConnected);
    if (id === this.#rules.self) return refused(DiscReason.Self);
    return undefined;
  }

  /** Why nobody may be added who dials us, whoever it is, or `undefined`. */
  refusalOfAnyone(): Refused | undefined {
    for (const id of this.#trusted) if (!this.#peers.has(id)) return undefined;
    return this.#saturated(true);
  }

  add(peer: PeerConnection): void {
    this.#peers.set(peer.id, peer);
    if (peer.inbound) this.#inbound++;
  }

  /** True when it was there. */
  remove(peer: PeerConnection): boolean {
    if (this.#peers.get(peer.id) !== peer) return false;
    this.#peers.delete(peer.id);
    if (peer.inbound) this.#inbound--;
    return true;
  }

  [Symbol.iterator](): Iterator<PeerConnection> {
    return this.#peers.values();
  }

  #saturated(inbound: boolean, id?: string): Refused | undefined {
    const own = id === undefined ? undefined : this.#peers.get(id);
    const { maxPeers, maxInboundConns } = this.#rules;
    if (this.#peers.size - (own ? 1 : 0) >= maxPeers) {
      return refused(DiscReason.TooManyPeers, `all ${maxPeers} places are taken (maxPeers)`);
    }
    if (!inbound || this.#inbound - (own?.inbound ? 1 : 0) < maxInboundConns) return undefined;
    const words = `of ${maxPeers} places all ${maxInboundConns} for those who dial us are taken`;
    return refused(DiscReason.TooManyPeers, `${words} (maxPeers, dialRatio)`);
  }
}

function refused(reason: DiscReason, more?: string): Refused {
  const text = formatReason(reason);
  return { reason, message: more === undefined ? text : `${text}: ${more}` };
}
