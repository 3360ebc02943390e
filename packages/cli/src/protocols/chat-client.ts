/**
 * A member of chat rooms: joins the hubs that this node dialed.
 * @module
 */

import type { Msg, MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import { bytesToHex, defineProtocol, send } from "@peerkit/core";
import type { ChatPerson, ChatSaid } from "./chat-messages.ts";
import {
  breach,
  CHAT,
  checkArgument,
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

/** What a client is made of. */
export interface ChatClientOptions {
  /** The name to join with, at most 32 characters. @default "", for which a hub takes the start of the id */
  readonly name?: string;
  /**
   * Called for everything said, this node's own words among it, once they came back from the hub.
   * A newcomer gets the room's last messages first; who comes back gets only those it missed.
   */
  readonly onSaid?: (said: ChatSaid) => void;
  /** Called with everyone in the room of `hub` (an id) on every change; with nobody when it is gone. */
  readonly onPeople?: (people: readonly ChatPerson[], hub: string) => void;
}

/** This node's part in the rooms of the hubs it dialed. */
export interface ChatClient {
  /** For `ServerOptions.protocols`. */
  readonly protocol: Protocol;
  /**
   * Says something in every room. Resolves with the number of rooms: 0 when no hub is connected
   * or the text is empty. Rejects with RangeError over 2,000 characters.
   */
  say(text: string): Promise<number>;
  /** Changes the name, now and for hubs to come. Rejects with RangeError over 32 characters. */
  rename(name: string): Promise<void>;
}

/** Makes a client of `chat/1`. One of it serves any number of hubs. */
export function chatClient(options: ChatClientOptions = {}): ChatClient {
  return new Client(options);
}

class Client implements ChatClient {
  readonly protocol: Protocol;
  readonly #options: ChatClientOptions;
  #name: string;
  // Only #run() writes it. As many as the server has peers.
  readonly #hubs = new Map<string, MsgReadWriter>();
  // The time of the newest message had from each hub. UNBOUNDED: one entry for a hub we dialed.
  readonly #lastAt = new Map<string, number>();

  constructor(options: ChatClientOptions) {
    checkArgument(options.name ?? "", MAX_NAME_LENGTH, "name");
    this.#options = options;
    this.#name = options.name ?? "";
    this.protocol = defineProtocol({ ...CHAT, run: (peer, rw) => this.#run(peer, rw) });
  }

  async say(text: string): Promise<number> {
    checkArgument(text, MAX_TEXT_LENGTH, "text");
    const clean = cleanText(text);
    if (clean === "") return 0;
    return this.#toHubs((rw) => send(rw, SAY, [clean], saySchema));
  }

  async rename(name: string): Promise<void> {
    checkArgument(name, MAX_NAME_LENGTH, "name");
    this.#name = name;
    await this.#toHubs((rw) => send(rw, JOIN, [name], joinSchema));
  }

  // How many took it. A hub that leaves meanwhile is not the caller's error: its run ends.
  async #toHubs(write: (rw: MsgReadWriter) => Promise<void>): Promise<number> {
    const results = await Promise.allSettled(Array.from(this.#hubs.values(), write));
    return results.filter((result) => result.status === "fulfilled").length;
  }

  async #run(peer: Peer, rw: MsgReadWriter): Promise<void> {
    this.#hubs.set(peer.id, rw);
    try {
      await send(rw, JOIN, [this.#name], joinSchema);
      for await (const msg of rw) this.#take(peer.id, msg);
    } finally {
      // The hub may be back already, by a new connection.
      if (this.#hubs.get(peer.id) === rw) {
        this.#hubs.delete(peer.id);
        this.#options.onPeople?.([], peer.id);
      }
    }
  }

  #take(hub: string, msg: Msg): void {
    if (msg.code === SAID) this.#said(hub, msg);
    else if (msg.code === PEOPLE) this.#options.onPeople?.(readPeople(msg), hub);
    else throw breach(`message ${msg.code} from a hub; only a client sends it`);
  }

  #said(hub: string, msg: Msg): void {
    const [idBytes, name, text, at] = msg.decode(saidSchema);
    if (at <= (this.#lastAt.get(hub) ?? -1)) return;
    this.#lastAt.set(hub, at);
    if (text.length > MAX_TEXT_LENGTH) throw breach(`a text of ${text.length} characters`);
    const id = bytesToHex(idBytes);
    this.#options.onSaid?.({ hub, id, name: shownName(name, id), text: cleanText(text), at });
  }
}

function readPeople(msg: Msg): ChatPerson[] {
  return msg.decode(peopleSchema).map(([idBytes, rawName, path, latency]) => {
    const id = bytesToHex(idBytes);
    const person = { id, name: shownName(rawName, id), path: cleanName(path, "direct") };
    return latency === 0 ? person : { ...person, latency };
  });
}

// A hub has to clean names; one that doesn't must not reach our terminal or page all the same.
function shownName(name: string, id: string): string {
  return cleanName(name.slice(0, MAX_NAME_LENGTH), shortId(id));
}
