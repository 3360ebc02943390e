/**
 * `talk/1`: a conversation among equals. Everybody says their own words to everybody they are
 * connected to, and tells newcomers what was said; there is no hub.
 * @module
 */

import type { Clock, Msg, MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import {
  bytes,
  bytesToHex,
  DisconnectError,
  DiscReason,
  defineProtocol,
  encodeRlp,
  hexToBytes,
  str,
  systemClock,
  tuple,
  uint,
} from "@peerkit/core";
import {
  breach,
  checkArgument,
  checkLength,
  cleanName,
  cleanText,
  MAX_NAME_LENGTH,
  MAX_TEXT_LENGTH,
  shortId,
} from "./chat-messages.ts";
import type { Rate } from "./rate-limit.ts";
import { RateLimit } from "./rate-limit.ts";
import type { TalkLine, TalkSource } from "./talk-log.ts";
import { TalkLog } from "./talk-log.ts";

/** How errors call it. */
const ID = "talk/1";

/** `[name]`: what the sender is called. The first message, and again after a change. */
const NAME = 0;
/** `[at, text]`: the sender says something. */
const SAY = 1;
/** `[author, name, at, text]`: somebody else said that, as the sender has it. To newcomers only. */
const TOLD = 2;

const nameSchema = tuple(str);
const saySchema = tuple(uint, str);
const toldSchema = tuple(bytes(32), str, uint, str);

/** Lines that are kept. */
const MAX_LINES = 200;
/** Lines that a newcomer is told. */
const MAX_TOLD = 50;
/** Bytes of the largest message: a code unit is at most 3 bytes of UTF-8. */
const MAX_MESSAGE_BYTES = 3 * (MAX_TEXT_LENGTH + MAX_NAME_LENGTH) + 64;
/** What one peer may send: at first all that newcomers are told. */
const RATE: Rate = { burst: 80, perSecond: 5 };
/** Clocks differ. Whose is so far ahead that we don't let it carry ours along, in ms. */
const MAX_FOLLOWED_MS = 60_000;
/** Whose is so far ahead that it is broken, in ms. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** What a part in a conversation is made of. */
export interface TalkOptions {
  /** This node's id, 64 hex digits. */
  readonly id: string;
  /** The name that others see, at most 32 characters. @default "", for which they take the start of the id */
  readonly name?: string;
  /** Called with all lines that are kept, in order, whenever they change. Must not throw. */
  readonly onLines?: (lines: readonly TalkLine[]) => void;
  /** Called with the names of all who are there, by node id, whenever they change. Must not throw. */
  readonly onNames?: (names: ReadonlyMap<string, string>) => void;
  /** For what a peer may send in a time. @default systemClock */
  readonly clock?: Clock;
  /** Ms since 1970. @default Date.now */
  readonly time?: () => number;
}

/** A node's part in a conversation. */
export interface Talk {
  /** For `ServerOptions.protocols`. */
  readonly protocol: Protocol;
  /** What was said, the oldest first; 200 lines at most. */
  readonly lines: readonly TalkLine[];
  /**
   * Says something. Gives the number of peers that it goes to; whoever comes later is told. An empty
   * text is left out. RangeError over 2,000 characters.
   */
  say(text: string): number;
  /** Changes the name. RangeError over 32 characters. */
  rename(name: string): void;
}

/**
 * Makes a part in a conversation. A peer that breaks the rules (too long, too often, no name first)
 * is dropped; so is one that does not read, by core's bound on what may be unsent.
 */
export function talk(options: TalkOptions): Talk {
  return new Conversation(options);
}

interface Member {
  readonly peer: Peer;
  readonly rw: MsgReadWriter;
  readonly limit: RateLimit;
  /** Absent until it has said so. */
  name?: string;
}

class Conversation implements Talk {
  readonly protocol: Protocol;
  readonly #options: TalkOptions;
  readonly #log = new TalkLog(MAX_LINES);
  /** As many as the server has peers. */
  readonly #members = new Map<string, Member>();
  #name: string;
  #lastAt = 0;

  constructor(options: TalkOptions) {
    checkArgument(options.name ?? "", MAX_NAME_LENGTH, "name");
    this.#options = options;
    this.#name = options.name ?? "";
    this.protocol = defineProtocol({
      name: "talk",
      version: 1,
      length: 3,
      // Nothing in it is a secret from those who are told.
      compress: true,
      run: (peer, rw) => this.#run(peer, rw),
    });
  }

  get lines(): readonly TalkLine[] {
    return this.#log.lines;
  }

  say(raw: string): number {
    checkArgument(raw, MAX_TEXT_LENGTH, "text");
    const text = cleanText(raw);
    if (text === "") return 0;
    const at = this.#nextAt();
    const { id } = this.#options;
    this.#add({ author: id, name: cleanName(this.#name, shortId(id)), text, at });
    return this.#toAll(SAY, encodeRlp([at, text], saySchema));
  }

  rename(name: string): void {
    checkArgument(name, MAX_NAME_LENGTH, "name");
    this.#name = name;
    this.#toAll(NAME, encodeRlp([name], nameSchema));
  }

  async #run(peer: Peer, rw: MsgReadWriter): Promise<void> {
    const limit = new RateLimit(RATE, this.#options.clock ?? systemClock);
    const member: Member = { peer, rw, limit };
    this.#members.set(peer.id, member);
    send(member, NAME, encodeRlp([this.#name], nameSchema));
    for (const line of this.#log.lines.slice(-MAX_TOLD)) this.#tell(member, line);
    try {
      for await (const msg of rw) this.#take(member, msg);
    } finally {
      // The same node may be back already, by a new connection.
      if (this.#members.get(peer.id) === member) {
        this.#members.delete(peer.id);
        this.#showNames();
      }
    }
  }

  #tell(member: Member, { author, name, at, text }: TalkLine): void {
    if (author === this.#options.id) send(member, SAY, encodeRlp([at, text], saySchema));
    else send(member, TOLD, encodeRlp([hexToBytes(author), name, at, text], toldSchema));
  }

  #take(member: Member, msg: Msg): void {
    if (!member.limit.take()) {
      throw new DisconnectError(DiscReason.SubprotocolError, {
        message: `${ID}: more than ${RATE.burst} messages at once or ${RATE.perSecond} a second`,
      });
    }
    if (msg.size > MAX_MESSAGE_BYTES) throw breach(`a message of ${msg.size} bytes`, ID);
    if (msg.code === NAME) this.#takeName(member, msg.decode(nameSchema)[0]);
    else if (member.name === undefined) throw breach("words before a name", ID);
    else if (msg.code === SAY) this.#takeSay(member, msg);
    else this.#takeTold(member, msg);
  }

  #takeName(member: Member, name: string): void {
    checkLength(name, MAX_NAME_LENGTH, "name", ID);
    member.name = cleanName(name, shortId(member.peer.id));
    this.#showNames();
  }

  #takeSay(member: Member, msg: Msg): void {
    const [at, text] = msg.decode(saySchema);
    const { id: author, name } = sourceOf(member);
    this.#hear({ author, name, at, text }, member);
  }

  #takeTold(member: Member, msg: Msg): void {
    const [idBytes, name, at, text] = msg.decode(toldSchema);
    const author = bytesToHex(idBytes);
    checkLength(name, MAX_NAME_LENGTH, "name", ID);
    this.#hear({ author, name: cleanName(name, shortId(author)), at, text }, member);
  }

  #hear(line: TalkLine, member: Member): void {
    checkLength(line.text, MAX_TEXT_LENGTH, "text", ID);
    if (line.at > this.#now() + MAX_AHEAD_MS) throw breach("a line of tomorrow", ID);
    const text = cleanText(line.text);
    if (text !== "") this.#add({ ...line, text, source: sourceOf(member) });
  }

  #add(line: TalkLine): void {
    if (this.#log.add(line)) this.#options.onLines?.(this.#log.lines);
  }

  /** Later than all that we answer to, whatever our clock says of it, so that answers stand below. */
  #nextAt(): number {
    const now = this.#now();
    const newest = this.#log.lines.at(-1)?.at ?? 0;
    const followed = newest > now + MAX_FOLLOWED_MS ? 0 : newest + 1;
    this.#lastAt = Math.max(now, this.#lastAt + 1, followed);
    return this.#lastAt;
  }

  #now(): number {
    return (this.#options.time ?? Date.now)();
  }

  #toAll(code: number, payload: Uint8Array): number {
    for (const member of this.#members.values()) send(member, code, payload);
    return this.#members.size;
  }

  #showNames(): void {
    const named = [...this.#members.values()].filter(({ name }) => name !== undefined);
    this.#options.onNames?.(new Map(named.map((each) => [each.peer.id, sourceOf(each).name])));
  }
}

function sourceOf({ peer: { id, path, sealed }, name = shortId(id) }: Member): TalkSource {
  return { id, name, path, sealed };
}

/** Nobody waits for a slow reader: what it has not taken is core's to bound, and past it it has to go. */
function send({ peer, rw }: Member, code: number, payload: Uint8Array): void {
  rw.writeMsg(code, payload).catch(() => peer.disconnect(DiscReason.SubprotocolError));
}
