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
  readonly server: Pick<Server, "addPeer" | "removePeer" | "peers" | "publicKey">;
  readonly transport: Pick<RelayTransport, "join">;
  /** Called when somebody comes or goes. */
  readonly onChange: () => void;
}

/** Whoever is in the room beside us. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  /** By node id; bounded by the room's members. */
  #members = new Map<string, NodeAddress>();
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
    const before = this.#members;
    this.#members = new Map(
      keys.map((publicKey) => [nodeId(publicKey), { publicKey, scheme: "tcp", via }]),
    );
    for (const [id, address] of before) {
      if (!this.#members.has(id)) void server.removePeer(address);
    }
    const own = bytesToHex(server.publicKey);
    for (const [id, address] of this.#members) {
      // One of the two dials: the one with the lower key.
      if (!before.has(id) && own < bytesToHex(address.publicKey)) server.addPeer(address);
    }
    onChange();
  }
}

/** Whether a peer is another tab. */
export function isNeighbour({ path }: Peer): boolean {
  return path === "circuit";
}
