/**
 * The rooms of a relay: `rooms/1`. Members are told of changes, several at a time.
 * @module
 */

import type { Clock, Infer, Peer, TypedContext, TypedProtocol } from "@peerkit/core";
import { DisconnectError, DiscReason, typedProtocol } from "@peerkit/core";
import type { Verdict } from "../../wire/codes.ts";
import { RelayCode } from "../../wire/codes.ts";
import { ROOMS_PROTOCOL, roomNameProblem } from "../../wire/rooms-protocol.ts";
import { TokenBucket } from "../budgets/token-bucket.ts";
import type { FarChange, FarMember } from "../neighbours/far-members.ts";
import { GRANTED } from "../verdicts.ts";
import type { RoomChange } from "./room.ts";
import { Room, topicOf } from "./room.ts";

/** Joins and leaves of one node. */
const CHANGE_RATE = { perSecond: 2, burst: 20 };
/** Messages of one node, refused ones among them; who sends more is left. */
const MESSAGE_RATE = { perSecond: 20, burst: 200 };

type Messages = typeof ROOMS_PROTOCOL.messages;
type Requests = typeof ROOMS_PROTOCOL.requests;
type Context = TypedContext<Messages, Requests>;
type Joined = Infer<Requests["join"]["answer"]["body"]>;

/** The bounds of a relay's rooms. */
export interface RoomLimits {
  /** Rooms at once. @default 10_000 */
  readonly rooms: number;
  /** Members of one room. @default 100 */
  readonly members: number;
  /** Rooms that one node is in. @default 8 */
  readonly perNode: number;
}

/** What applies where nothing else is said. */
export const DEFAULT_ROOM_LIMITS: RoomLimits = { rooms: 10_000, members: 100, perNode: 8 };

/** The rooms of other relays, by topics. */
export interface FarRooms {
  memberCame(topic: string, member: FarMember): void;
  memberLeft(topic: string, member: FarMember): void;
  membersOf(topic: string): readonly FarMember[];
}

/** What rooms need. */
export interface RoomsOptions {
  readonly limits: RoomLimits;
  readonly clock: Clock;
  /** @default there are no other relays */
  readonly far?: FarRooms | undefined;
}

/** All rooms; a room is there while it has members here. */
export class Rooms {
  readonly protocol: TypedProtocol<Messages, Requests>;
  readonly #limits: RoomLimits;
  readonly #clock: Clock;
  readonly #far: FarRooms | undefined;
  readonly #rooms = new Map<string, Room>();
  /** The same rooms, where others are told of them. */
  readonly #byTopic = new Map<string, Room>();
  readonly #guests = new Map<Peer, Guest>();

  constructor({ limits, clock, far }: RoomsOptions) {
    this.#limits = limits;
    this.#clock = clock;
    this.#far = far;
    this.protocol = typedProtocol({
      ...ROOMS_PROTOCOL,
      clock,
      handlers: {
        join: ({ room }, context) => this.#join(room, context),
        leave: ({ room }, context) => this.#leave(room, context),
        // A relay's own message: to a relay it means nothing.
        changed: () => {},
      },
    });
  }

  /** Rooms that have members. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Members of all rooms together, those at other relays not counted. */
  get members(): number {
    return [...this.#rooms.values()].reduce((sum, room) => sum + room.here, 0);
  }

  /** Somebody came to a room at another relay, or left it. */
  changeFar(topic: string, change: FarChange): void {
    this.#byTopic.get(topic)?.changeFar(change);
  }

  #join(name: string, context: Context): Joined {
    const { peer } = context;
    const guest = this.#guest(context);
    this.#countMessage(guest);
    const room = this.#rooms.get(name);
    if (room?.has(peer)) return { ...GRANTED, members: room.keysBut(peer) };
    const refused = this.#refusal(name, room, guest);
    if (refused) return { ...refused, members: [] };
    const entered = room ?? this.#open(name);
    const members = entered.keysBut(peer);
    entered.add(peer);
    guest.rooms.add(entered);
    this.#far?.memberCame(entered.topic, peer);
    return { ...GRANTED, members };
  }

  #leave(name: string, context: Context): void {
    this.#countMessage(this.#guest(context));
    const room = this.#rooms.get(name);
    if (room?.has(context.peer)) this.#remove(room, context.peer);
  }

  #refusal(name: string, room: Room | undefined, guest: Guest): Verdict | undefined {
    const { rooms, members, perNode } = this.#limits;
    const problem = roomNameProblem(name);
    if (problem) return { code: RelayCode.NotAllowed, text: problem, retryAfterMs: 0 };
    if (!room && this.#rooms.size >= rooms) return over(`all ${rooms} rooms are taken`);
    if (this.#sizeOf(name, room) >= members)
      return over(`${members} are in the room, as many as it has places`);
    if (guest.rooms.size >= perNode) return over(`you are in ${perNode} rooms, as many as you may`);
    const now = this.#clock.now();
    const wait = guest.changes.wait(CHANGE_RATE, now);
    if (wait > 0) return over("you come and go too often", Math.ceil(wait));
    guest.changes.owe(CHANGE_RATE, now, 1);
    return undefined;
  }

  /** With the members at other relays, also where nobody is in it here. */
  #sizeOf(name: string, room: Room | undefined): number {
    return room?.size ?? this.#far?.membersOf(topicOf(name)).length ?? 0;
  }

  #open(name: string): Room {
    const tell = (peer: Peer, change: RoomChange): void => {
      // Whoever is leaving needs no news.
      this.protocol
        .remote(peer)
        ?.send("changed", { room: name, ...change })
        .catch(() => {});
    };
    const room = new Room(name, this.#clock, tell);
    this.#rooms.set(name, room);
    if (this.#far) {
      this.#byTopic.set(room.topic, room);
      room.changeFar({ joined: this.#far.membersOf(room.topic), left: [] });
    }
    return room;
  }

  #remove(room: Room, peer: Peer): void {
    room.remove(peer);
    this.#guests.get(peer)?.rooms.delete(room);
    this.#far?.memberLeft(room.topic, peer);
    if (room.here > 0) return;
    room.close();
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
    if (this.#byTopic.get(room.topic) === room) this.#byTopic.delete(room.topic);
  }

  /** Made by the first message: who has no use for rooms costs nothing here. */
  #guest({ peer, signal }: Context): Guest {
    // What it asked for just before it left is of no use to it any more.
    if (signal.aborted) throw new DisconnectError(DiscReason.Requested);
    let guest = this.#guests.get(peer);
    if (!guest) {
      guest = { rooms: new Set(), changes: new TokenBucket(), messages: new TokenBucket() };
      this.#guests.set(peer, guest);
      signal.addEventListener("abort", () => this.#gone(peer), { once: true });
    }
    return guest;
  }

  #gone(peer: Peer): void {
    for (const room of this.#guests.get(peer)?.rooms ?? []) this.#remove(room, peer);
    this.#guests.delete(peer);
  }

  #countMessage({ messages }: Guest): void {
    const now = this.#clock.now();
    if (messages.wait(MESSAGE_RATE, now) > 0) {
      throw new DisconnectError(DiscReason.SubprotocolError, { message: "too many messages" });
    }
    messages.owe(MESSAGE_RATE, now, 1);
  }
}

/** A node and its rooms. */
interface Guest {
  readonly rooms: Set<Room>;
  readonly changes: TokenBucket;
  readonly messages: TokenBucket;
}

function over(text: string, retryAfterMs = 0): Verdict {
  return { code: RelayCode.Budget, text, retryAfterMs };
}
