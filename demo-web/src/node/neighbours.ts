/**
 * The other tabs: found in a room of the relay, connected to end to end.
 * @module
 */

import type { NodeAddress, Peer, Server } from "@peerkit/core";
import { bytesToHex, nodeId } from "@peerkit/core";
import type { Membership, RelayTransport } from "@peerkit/relay";
import { fingerprint } from "@peerkit/relay";

/** All tabs of a relay are in this room. */
const ROOM = "demo";
/** The pause before a relay is asked again that didn't let us in. */
const PAUSE_MS = 5_000;
/** The pauses before a tab is dialed again, at random up to these. */
const FIRST_REDIAL_MS = 500;
const LONGEST_REDIAL_MS = 8_000;

/** Another tab. */
export interface Neighbour {
  /** Its node id, 64 hex digits. */
  readonly id: string;
  /** Sixty digits that both tabs see, unless somebody stands in between; absent until it is a peer. */
  readonly fingerprint?: string;
  /** The last round trip from tab to tab, in ms. */
  readonly latency?: number | undefined;
}

/** What it works with. */
export interface NeighboursOptions {
  readonly server: Pick<Server, "connect" | "peers" | "publicKey">;
  readonly transport: Pick<RelayTransport, "join">;
  /** Called when somebody comes or goes. */
  readonly onChange: () => void;
}

/** Whoever is in the room beside us. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  /** What ends the dialing of each, by node id; bounded by the room's members. */
  readonly #members = new Map<string, AbortController>();
  #relay: string | undefined;
  #membership: Membership | undefined;

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  /** Those in the room, and how we are connected to them. */
  get all(): readonly Neighbour[] {
    const { server } = this.#options;
    const peers = new Map(server.peers.filter(isNeighbour).map((peer) => [peer.id, peer]));
    return [...new Set([...this.#members.keys(), ...peers.keys()])].map((id) => {
      const peer = peers.get(id);
      if (peer === undefined) return { id };
      const digits = fingerprint(server.publicKey, peer.publicKey);
      return { id, fingerprint: digits, latency: peer.latency };
    });
  }

  /** Enters the room of the relay at this address, and stays there; leaves another relay's. */
  async enter(relay: string): Promise<void> {
    if (relay === this.#relay) return;
    this.#relay = relay;
    this.#membership?.leave();
    this.#setMembers([], relay);
    const { transport } = this.#options;
    const onMembers = (keys: readonly Uint8Array[]): void => {
      if (relay === this.#relay) this.#setMembers(keys, relay);
    };
    while (relay === this.#relay) {
      try {
        const membership = await transport.join(relay, ROOM, { onMembers });
        if (relay === this.#relay) this.#membership = membership;
        else membership.leave();
        return;
      } catch {
        // Its budget is used up, or it lets nobody in now; without a room there is still the relay.
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  #setMembers(keys: readonly Uint8Array[], via: string): void {
    const { server, onChange } = this.#options;
    const now = new Map(keys.map((key) => [nodeId(key), key]));
    for (const [id, dialing] of this.#members) {
      if (now.has(id)) continue;
      dialing.abort();
      this.#members.delete(id);
    }
    const own = bytesToHex(server.publicKey);
    for (const [id, publicKey] of now) {
      if (this.#members.has(id)) continue;
      const dialing = new AbortController();
      this.#members.set(id, dialing);
      // One of the two dials: the one with the lower key.
      if (own > bytesToHex(publicKey)) continue;
      void this.#stayConnected({ publicKey, scheme: "tcp", via }, dialing.signal);
    }
    onChange();
  }

  async #stayConnected(address: NodeAddress, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const peer = await this.#options.server.connect(address, { signal });
        failures = 0;
        await peer.closed;
      } catch {
        // It may have left, and the relay says so soon; or the next attempt does better.
      }
      const longest = Math.min(LONGEST_REDIAL_MS, FIRST_REDIAL_MS * 2 ** failures);
      await new Promise((resolve) => setTimeout(resolve, longest * Math.random()));
    }
  }
}

/** Whether a peer is another tab. */
export function isNeighbour({ path }: Peer): boolean {
  return path === "circuit";
}
