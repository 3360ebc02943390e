/**
 * The hub of a chat room: takes what its peers say and passes it on to all of them.
 * @module
 */

import type { Clock, Infer, Msg, MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import {
  DisconnectError,
  DiscReason,
  defineProtocol,
  encodeRlp,
  hexToBytes,
  systemClock,
} from "@peerkit/core";
import type { ChatPerson, ChatSaid } from "./chat-messages.ts";
import {
  breach,
  CHAT,
  checkArgument,
  checkLength,
  checkSize,
  cleanName,
  cleanText,
  JOIN,
  joinSchema,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  PEOPLE,
  peopleSchema,
  SAID,
  SAY,
  saidSchema,
  saySchema,
  shortId,
} from "./chat-messages.ts";
import type { Rate } from "./rate-limit.ts";
import { RateLimit } from "./rate-limit.ts";

/** Messages a newcomer is shown. */
const HISTORY = 50;
/** What one peer may send. */
const RATE: Rate = { burst: 20, perSecond: 5 };
/** How often latencies are looked at. */
const LATENCY_PAUSE_MS = 5_000;

/** What a hub is made of. */
export interface ChatHubOptions {
  /** The hub's own node id, 64 hex digits. */
  readonly id: string;
  /** The hub's own name in the room, at most 32 characters. @default the start of its id */
  readonly name?: string;
  /** Called for everything said in the room, the hub's own words among it. Must not throw. */
  readonly onSaid?: (said: ChatSaid) => void;
  /** Called when someone joined, left or was renamed, or a latency changed. Must not throw. */
  readonly onPeople?: (people: readonly ChatPerson[], hub: string) => void;
  /** For intervals; tests pass a fake one. @default systemClock */
  readonly clock?: Clock;
  /** Ms since 1970. @default Date.now */
  readonly time?: () => number;
}

/** A room. */
export interface ChatHub {
  /** For `ServerOptions.protocols`. */
  readonly protocol: Protocol;
  /** Everyone in the room, the hub first. */
  people(): readonly ChatPerson[];
  /** Says something in the hub's own name; an empty text is left out. RangeError over 2,000 characters. */
  say(text: string): void;
  /** Changes the hub's own name. RangeError over 32 characters. */
  rename(name: string): void;
}

/**
 * Makes a room for the peers that connect to this node. A peer that breaks the rules (too long,
 * too often, Say before Join) is dropped; so is one that does not read, by core's bound on what
 * may be unsent. Neither holds up the others.
 */
export function chatHub(options: ChatHubOptions): ChatHub {
  return new Room(options);
}

interface Member {
  readonly peer: Peer;
  readonly rw: MsgReadWriter;
  readonly limit: RateLimit;
  name: string;
}

class Room implements ChatHub {
  readonly protocol: Protocol;
  readonly #options: ChatHubOptions;
  readonly #clock: Clock;
  #name: string;
  // Only #join() and #leave() write it. As many as the server has peers.
  readonly #members = new Map<string, Member>();
  // The last HISTORY messages, encoded once for everyone.
  readonly #history: Uint8Array[] = [];
  #lastAt = 0;
  #lastPeople = "";
  // Set while someone is in the room.
  #cancelTimer: (() => void) | undefined;

  constructor(options: ChatHubOptions) {
    const name = options.name ?? "";
    checkArgument(name, MAX_NAME_LENGTH, "name");
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#name = cleanName(name, shortId(options.id));
    this.protocol = defineProtocol({ ...CHAT, run: (peer, rw) => this.#run(peer, rw) });
  }

  people(): readonly ChatPerson[] {
    const hub: ChatPerson = { id: this.#options.id, name: this.#name, path: "hub" };
    return [hub, ...Array.from(this.#members.values(), (member) => this.#person(member))];
  }

  say(text: string): void {
    checkArgument(text, MAX_TEXT_LENGTH, "text");
    this.#said(this.#options.id, this.#name, text);
  }

  rename(name: string): void {
    checkArgument(name, MAX_NAME_LENGTH, "name");
    this.#name = cleanName(name, shortId(this.#options.id));
    this.#sendPeople();
  }

  async #run(peer: Peer, rw: MsgReadWriter): Promise<void> {
    const limit = new RateLimit(RATE, this.#clock);
    const member: Member = { peer, rw, limit, name: shortId(peer.id) };
    try {
      for await (const msg of rw) this.#take(member, msg);
    } finally {
      this.#leave(member);
    }
  }

  #take(member: Member, msg: Msg): void {
    if (!member.limit.take()) {
      throw new DisconnectError(DiscReason.SubprotocolError, {
        message: `chat/1: more than ${RATE.burst} messages at once or ${RATE.perSecond} a second`,
      });
    }
    checkSize(msg);
    if (msg.code === JOIN) this.#join(member, msg.decode(joinSchema)[0]);
    else if (msg.code === SAY) this.#takeSay(member, msg.decode(saySchema)[0]);
    else throw breach(`message ${msg.code} from a client; only a hub sends it`);
  }

  #join(member: Member, name: string): void {
    const { peer } = member;
    checkLength(name, MAX_NAME_LENGTH, "name");
    member.name = cleanName(name, shortId(peer.id));
    if (this.#members.get(peer.id) !== member) {
      this.#members.set(peer.id, member);
      this.#lastPeople = "";
      for (const said of this.#history) this.#send(member, SAID, said);
      // A peer that is gone before its pong needs nothing here: its run ends.
      peer.ping().then(
        () => this.#sendPeople(),
        () => {},
      );
      this.#cancelTimer ??= this.#clock.setTimer(LATENCY_PAUSE_MS, () => this.#tick());
    }
    this.#sendPeople();
  }

  #takeSay(member: Member, text: string): void {
    checkLength(text, MAX_TEXT_LENGTH, "text");
    if (this.#members.get(member.peer.id) !== member) throw breach("Say before Join");
    this.#said(member.peer.id, member.name, text);
  }

  #leave(member: Member): void {
    // The same node may be back already, by a new connection.
    if (this.#members.get(member.peer.id) !== member) return;
    this.#members.delete(member.peer.id);
    if (this.#members.size === 0) {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    this.#sendPeople();
  }

  #tick(): void {
    this.#cancelTimer = this.#clock.setTimer(LATENCY_PAUSE_MS, () => this.#tick());
    this.#sendPeople();
  }

  #said(id: string, name: string, raw: string): void {
    const text = cleanText(raw);
    if (text === "") return;
    // Strictly growing, so that who comes back knows which of the history is new.
    const at = Math.max((this.#options.time ?? Date.now)(), this.#lastAt + 1);
    this.#lastAt = at;
    const payload = encodeRlp([hexToBytes(id), name, text, at], saidSchema);
    this.#history.push(payload);
    if (this.#history.length > HISTORY) this.#history.shift();
    for (const member of this.#members.values()) this.#send(member, SAID, payload);
    this.#options.onSaid?.({ hub: this.#options.id, id, name, text, at });
  }

  // Sends the list to everyone, unless it is what they have already.
  #sendPeople(): void {
    const people = this.people();
    const key = JSON.stringify(people);
    if (key === this.#lastPeople) return;
    this.#lastPeople = key;
    const items = people.map(toItem);
    const payload = encodeRlp(items, peopleSchema);
    for (const member of this.#members.values()) this.#send(member, PEOPLE, payload);
    this.#options.onPeople?.(people, this.#options.id);
  }

  #person({ peer, name }: Member): ChatPerson {
    const person = { id: peer.id, name, path: peer.transport };
    // 0 on the wire means "not measured".
    return peer.latency === undefined
      ? person
      : { ...person, latency: Math.max(1, Math.round(peer.latency)) };
  }

  // Nobody waits for a slow reader: what it has not taken is core's to bound, and past the bound
  // it has to go.
  #send({ peer, rw }: Member, code: number, payload: Uint8Array): void {
    rw.writeMsg(code, payload).catch(() => peer.disconnect(DiscReason.SubprotocolError));
  }
}

function toItem(person: ChatPerson): Infer<typeof peopleSchema>[number] {
  const { id, name, path, latency = 0 } = person;
  return [hexToBytes(id), name, path, latency];
}
