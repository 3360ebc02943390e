/**
 * The other tabs: found in a room of the relay, connected to end to end.
 * @module
 */

import type { NodeAddress, Peer, Server } from "@peerkit/core";
import { bytesToHex, nodeId, P2PError } from "@peerkit/core";
import type { Membership, RelayTransport } from "@peerkit/relay";
import { fingerprint } from "@peerkit/relay";

/** The pause before a relay is asked again that didn't let us in. */
const PAUSE_MS = 5_000;
/** The pauses before a tab is dialed again, at random up to these. */
const FIRST_REDIAL_MS = 500;
const LONGEST_REDIAL_MS = 8_000;
/** A tab with another secret comes back as a newcomer when it has ours. */
const OTHER_SECRET_REDIAL_MS = 60_000;
/** Of two tabs the one with the lower key dials; the other one does where nobody has come by then. */
const PATIENCE_MS = 2_000;

/** Another tab. */
export interface Neighbour {
  /** Its node id, 64 hex digits. */
  readonly id: string;
  /** Sixty digits that both tabs see, unless somebody stands in between; absent until it is a peer. */
  readonly fingerprint?: string;
  /** The last round trip from tab to tab, in ms. */
  readonly latency?: number | undefined;
  /** What the last attempt failed with; absent for a peer. */
  readonly failure?: unknown;
}

/** What it works with. */
export interface NeighboursOptions {
  readonly server: Pick<Server, "connect" | "peers" | "publicKey">;
  readonly transport: Pick<RelayTransport, "join">;
  /** The relay's rooms; whoever is in one of them is a neighbour. */
  readonly rooms: readonly string[];
  /** Called when somebody comes or goes. */
  readonly onChange: () => void;
}

/** One who is in a room beside us. */
interface Member {
  readonly dialing: AbortController;
  failure?: unknown;
}

/** Whoever is in our rooms. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  /** By node id; bounded by the rooms' members. */
  readonly #members = new Map<string, Member>();
  /** Keys in each room, as the relay has them. */
  readonly #rooms = new Map<string, readonly Uint8Array[]>();
  #memberships: Membership[] = [];
  #relay: string | undefined;

  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  /** Those in the rooms, and how we are connected to them. */
  get all(): readonly Neighbour[] {
    const { server } = this.#options;
    const peers = new Map(server.peers.filter(isNeighbour).map((peer) => [peer.id, peer]));
    return [...new Set([...this.#members.keys(), ...peers.keys()])].map((id) => {
      const peer = peers.get(id);
      if (peer === undefined) return { id, failure: this.#members.get(id)?.failure };
      const digits = fingerprint(server.publicKey, peer.publicKey);
      return { id, fingerprint: digits, latency: peer.latency };
    });
  }

  /** Enters the rooms of the relay at this address, and stays there; leaves another relay's. */
  async enter(relay: string): Promise<void> {
    if (relay === this.#relay) return;
    this.#relay = relay;
    for (const membership of this.#memberships.splice(0)) membership.leave();
    this.lost();
    await Promise.all(this.#options.rooms.map((room) => this.#enterRoom(relay, room)));
  }

  /** The relay is gone. When it is back it says who is there, and everybody is dialed at once. */
  lost(): void {
    this.#rooms.clear();
    this.#update();
  }

  async #enterRoom(relay: string, room: string): Promise<void> {
    const onMembers = (keys: readonly Uint8Array[]): void => {
      if (relay !== this.#relay) return;
      this.#rooms.set(room, keys);
      this.#update();
    };
    while (relay === this.#relay) {
      try {
        const membership = await this.#options.transport.join(relay, room, { onMembers });
        if (relay === this.#relay) this.#memberships.push(membership);
        else membership.leave();
        return;
      } catch {
        // Its budget is used up, or it lets nobody in now; without a room there is still the relay.
        await pause(PAUSE_MS);
      }
    }
  }

  #update(): void {
    const keys = [...this.#rooms.values()].flat();
    const now = new Map(keys.map((key) => [nodeId(key), key]));
    for (const [id, { dialing }] of this.#members) {
      if (now.has(id)) continue;
      dialing.abort();
      this.#members.delete(id);
    }
    for (const [id, publicKey] of now) {
      if (this.#members.has(id)) continue;
      const member: Member = { dialing: new AbortController() };
      this.#members.set(id, member);
      void this.#stayConnected(member, publicKey);
    }
    this.#options.onChange();
  }

  async #stayConnected(member: Member, publicKey: Uint8Array): Promise<void> {
    const { server, onChange } = this.#options;
    const { signal } = member.dialing;
    const address: NodeAddress = { publicKey, scheme: "tcp", via: this.#relay ?? "" };
    const patience = bytesToHex(server.publicKey) > bytesToHex(publicKey) ? PATIENCE_MS : 0;
    await pause(patience);
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const peer = await server.connect(address, { signal });
        failures = 0;
        delete member.failure;
        await peer.closed;
      } catch (error) {
        // It may have left, and the relay says so soon; or the next attempt does better.
        member.failure = error;
        onChange();
      }
      const longest = hasOtherSecret(member.failure)
        ? OTHER_SECRET_REDIAL_MS
        : Math.min(LONGEST_REDIAL_MS, FIRST_REDIAL_MS * 2 ** failures);
      await pause(patience + longest * Math.random());
    }
  }
}

/** Whether a peer is another tab. */
export function isNeighbour({ path }: Peer): boolean {
  return path === "circuit";
}

/** Whether a tab couldn’t show that it has the secret that we have, or has one where we have none. */
export function hasOtherSecret(failure: unknown): boolean {
  return P2PError.is(failure) && failure.code === "P2P_ERR_SEALED_HANDSHAKE";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
