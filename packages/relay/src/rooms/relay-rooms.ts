/**
 * The rooms of relays, as a member sees them: `rooms/1`.
 * @module
 */

import type { Peer, TypedProtocol } from "@peerkit/core";
import { bytesToHex, P2PError, typedProtocol } from "@peerkit/core";
import type { Residence } from "../residence.ts";
import { RelayCode, RelayError } from "../wire/codes.ts";
import { ROOMS_PROTOCOL, roomNameProblem } from "../wire/rooms-protocol.ts";

/** What a member is told. Must not throw. */
export interface RoomHandlers {
  /** Called with all keys, 64 bytes each, whenever they have changed. Ours isn't among them. */
  onMembers(members: readonly Uint8Array[]): void;
}

/** A room that we are in. */
export interface Membership {
  /** Leaves the room; the relay is told where it can be. Idempotent. */
  leave(): void;
}

type RoomsProtocol = TypedProtocol<typeof ROOMS_PROTOCOL.messages, typeof ROOMS_PROTOCOL.requests>;

/** All rooms of one node, at all its relays. */
export class RelayRooms {
  readonly protocol: RoomsProtocol;
  /** UNBOUNDED: our own calls add to it. */
  readonly #rooms = new Set<JoinedRoom>();

  constructor() {
    this.protocol = typedProtocol({
      ...ROOMS_PROTOCOL,
      handlers: {
        join: () => ({ code: RelayCode.NotAllowed, text: "", retryAfterMs: 0, members: [] }),
        leave: () => {},
        changed: (change, { peer }) => {
          for (const room of this.#rooms) {
            if (room.name === change.room && room.relayId === peer.id) room.change(change);
          }
        },
      },
    });
  }

  /** See `RelayTransport.join`. */
  async join(residence: Residence, name: string, handlers: RoomHandlers): Promise<Membership> {
    const problem = roomNameProblem(name);
    if (problem) throw new RangeError(`room: ${problem}`);
    const room = new JoinedRoom(name, residence.link.id, handlers);
    this.#rooms.add(room);
    const forget = await residence
      .each((peer) => this.#enter(room, peer))
      .catch((error: unknown) => {
        this.#rooms.delete(room);
        throw error;
      });
    return {
      leave: () => {
        forget();
        if (!this.#rooms.delete(room) || !room.peer) return;
        // Whoever is gone doesn't need to hear it.
        this.protocol
          .remote(room.peer)
          ?.send("leave", { room: name })
          .catch(() => {});
      },
    };
  }

  async #enter(room: JoinedRoom, peer: Peer): Promise<void> {
    const remote = this.protocol.remote(peer);
    if (!remote) {
      throw new P2PError(`${peer.name} has no rooms`, { code: "P2P_ERR_RELAY_NOT_ALLOWED" });
    }
    room.enter(peer);
    const answer = await remote.request("join", { room: room.name });
    if (answer.code !== RelayCode.Ok) throw new RelayError(answer);
    room.set(answer.members);
  }
}

/** One room and its members. */
class JoinedRoom {
  readonly name: string;
  /** The relay's node id. */
  readonly relayId: string;
  /** The relay, once it was asked. */
  peer: Peer | undefined;
  readonly #handlers: RoomHandlers;
  /** Bounded by what the relay's messages may name. */
  #members = new Map<string, Uint8Array>();
  /** Changes that came since we asked for the list; absent when we have it. */
  #early: Change[] | undefined;

  constructor(name: string, relayId: string, handlers: RoomHandlers) {
    this.name = name;
    this.relayId = relayId;
    this.#handlers = handlers;
  }

  /** Begins: the list is asked for. */
  enter(peer: Peer): void {
    this.peer = peer;
    this.#early = [];
  }

  /** The list is there. */
  set(members: readonly Uint8Array[]): void {
    this.#members = new Map(members.map((key) => [bytesToHex(key), key]));
    for (const change of this.#early ?? []) this.#apply(change);
    this.#early = undefined;
    this.#tell();
  }

  change(change: Change): void {
    if (this.#early) {
      // The answer is on its way: more than a few changes before it are a broken relay's.
      if (this.#early.length < MAX_EARLY) this.#early.push(change);
      return;
    }
    this.#apply(change);
    this.#tell();
  }

  #apply({ joined, left }: Change): void {
    for (const key of left) this.#members.delete(bytesToHex(key));
    for (const key of joined) this.#members.set(bytesToHex(key), key);
    // A relay that never says who left must not fill our memory.
    for (const [name] of this.#members) {
      if (this.#members.size <= MAX_MEMBERS) break;
      this.#members.delete(name);
    }
  }

  #tell(): void {
    this.#handlers.onMembers([...this.#members.values()]);
  }
}

const MAX_MEMBERS = 1_024;
const MAX_EARLY = 64;

interface Change {
  readonly joined: readonly Uint8Array[];
  readonly left: readonly Uint8Array[];
}
