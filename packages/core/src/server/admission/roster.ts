/**
 * The peers at work, from their admission until they are gone. The only place that changes the set.
 * @module
 */

import type { PeerConnection } from "../../devp2p/peer-connection.ts";
import { DiscReason } from "../../errors.ts";
import type { EventHub } from "../events.ts";
import type { ServerConfig } from "../options.ts";
import { within } from "../within.ts";
import { PeerSet } from "./peer-set.ts";

/** How long a peer whose connection has ended waits for its protocols before it leaves the set. */
const RUN_END_TIMEOUT_MS = 5_000;

/** What a roster needs. */
export interface RosterOptions {
  readonly config: ServerConfig;
  /** Our own node id. */
  readonly self: string;
  readonly events: EventHub;
}

/** The peers of one server. */
export class Roster {
  readonly peers: PeerSet;
  readonly #options: RosterOptions;
  /** Settles when each peer has left the set. */
  readonly #leaving = new Map<PeerConnection, Promise<void>>();

  constructor(options: RosterOptions) {
    const { config, self } = options;
    this.#options = options;
    this.peers = new PeerSet({ ...config, self });
  }

  /** Adds a peer and starts it. The caller has asked the set in the same turn. */
  admit(peer: PeerConnection): void {
    const { id, fullname: name, inbound, remoteAddress, localAddress } = peer;
    const { events, config } = this.#options;
    this.peers.add(peer);
    this.#leaving.set(
      peer,
      peer.closed.then(() => this.#onClosed(peer)),
    );
    events.emit({ type: "add", peer: id, name, inbound, remoteAddress, localAddress });
    config.logger.debug("peer added", id, name);
    peer.start();
  }

  /** Leaves a peer, if it is one; resolves when it has left the set. */
  async leave(id: string, reason: DiscReason): Promise<void> {
    const peer = this.peers.get(id);
    if (!peer) return;
    peer.disconnect(reason);
    await this.#leaving.get(peer);
  }

  /**
   * Leaves every peer with `ClientQuitting` and waits up to `timeout` ms for their protocols.
   * Resolves to the names of those that go on all the same.
   */
  async leaveAll(timeout: number): Promise<readonly string[]> {
    const peers = [...this.#leaving.keys()];
    for (const peer of peers) peer.disconnect(DiscReason.ClientQuitting);
    const finished = peers.map(async (peer) => {
      await peer.closed;
      await peer.finished;
    });
    await within(Promise.all(finished), { clock: this.#options.config.clock, ms: timeout });
    const running = peers.flatMap((peer) => peer.stillRunning);
    if (running.length === 0) await Promise.all(this.#leaving.values());
    return [...new Set(running.map(({ name, version }) => `${name}/${version}`))];
  }

  /** Settles when a peer has left the set; at once for one that isn't in it. */
  gone(peer: PeerConnection): Promise<void> {
    return this.#leaving.get(peer) ?? Promise.resolve();
  }

  /** Takes a peer out whose connection has ended, while its protocols may still run. */
  evict(peer: PeerConnection): void {
    const { id, inbound, remoteAddress, end } = peer;
    if (!end || !this.peers.remove(peer)) return;
    const { events, config } = this.#options;
    const { code, message: error, reason, remote } = end;
    events.emit({ type: "drop", peer: id, inbound, code, error, reason, remote, remoteAddress });
    config.logger.debug("peer dropped", id, error);
  }

  async #onClosed(peer: PeerConnection): Promise<void> {
    await within(peer.finished, { clock: this.#options.config.clock, ms: RUN_END_TIMEOUT_MS });
    this.#leaving.delete(peer);
    this.evict(peer);
  }
}
