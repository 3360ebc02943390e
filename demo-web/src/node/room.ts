/**
 * The chat: the node's part in the room, and its lines and people in the model.
 * @module
 */

import type { MsgReadWriter, Protocol } from "@peerkit/core";
import type { ChatClient, ChatPerson, ChatSaid } from "peerkit/protocols";
import { chatClient } from "peerkit/protocols";
import type { ChatLine, Model, Person } from "../model.ts";
import type { Neighbour } from "./neighbours.ts";

const NAME_KEY = "peerkit.name";

/** How many lines are kept. */
const MAX_LINES = 500;

/** The room as this tab sees it. It keeps its lines when the connection goes and comes. */
export class Room {
  readonly #model: Model;
  readonly #client: ChatClient;
  readonly #selfId: string;
  #people: readonly ChatPerson[] = [];
  #neighbours: readonly Neighbour[] = [];
  #lines = 0;

  constructor(model: Model, selfId: string) {
    this.#model = model;
    this.#selfId = selfId;
    model.ownName.value = keptName();
    this.#client = chatClient({
      name: model.ownName.value,
      onSaid: (said) => this.#said(said),
      onPeople: (people) => {
        this.#people = people;
        this.showPeople();
      },
    });
  }

  /** For `ServerOptions.protocols`. */
  get protocol(): Protocol {
    const { protocol } = this.#client;
    return {
      ...protocol,
      // The room is the relay's; other tabs are in it as we are, and no hubs.
      run: (peer, rw, signal) =>
        peer.path === "direct" ? protocol.run(peer, rw, signal) : idle(rw),
    };
  }

  /** Says something; if it can't be sent, the chat says so. */
  say(text: string): void {
    this.#client.say(text).then(
      (rooms) => rooms === 0 && this.note("That was not sent: no connection."),
      (error: Error) => this.note(`That was not sent: ${error.message}.`),
    );
  }

  /** Changes the name, for this visit and later ones. */
  rename(name: string): void {
    this.#model.ownName.value = name;
    this.#client.rename(name).catch((error: Error) => this.note(`Not renamed: ${error.message}.`));
    try {
      localStorage.setItem(NAME_KEY, name);
    } catch {
      // Storage may be forbidden; the name holds until the tab is closed.
    }
  }

  /** Adds a line of the page's own. */
  note(text: string): void {
    this.#add({ kind: "event", from: "", name: "", text, at: Date.now(), own: false });
  }

  /** Takes the other tabs that this one is connected to, or is about to be. */
  setNeighbours(neighbours: readonly Neighbour[]): void {
    this.#neighbours = neighbours;
    this.showPeople();
  }

  /** Puts the people into the model, with the latencies that this tab measured itself. */
  showPeople(): void {
    const latency = this.#model.latency.value;
    const near = new Map(this.#neighbours.map((each) => [each.id, each]));
    const people = this.#people.map((person) => {
      const neighbour = near.get(person.id);
      near.delete(person.id);
      return neighbour === undefined
        ? personOf(person, this.#selfId, latency)
        : tabOf(neighbour, person.name);
    });
    // Tabs that the chat doesn't know, or not yet.
    for (const neighbour of near.values()) people.push(tabOf(neighbour, neighbour.id.slice(0, 8)));
    this.#model.people.value = people.sort((a, b) => rank(a) - rank(b));
  }

  #said({ id, name, text, at }: ChatSaid): void {
    this.#add({ kind: "text", from: id, name, text, at, own: id === this.#selfId });
  }

  #add(line: Omit<ChatLine, "key">): void {
    this.#lines += 1;
    const lines = [...this.#model.chat.value, { ...line, key: this.#lines }];
    this.#model.chat.value = lines.slice(-MAX_LINES);
  }
}

async function idle(rw: MsgReadWriter): Promise<void> {
  for await (const _ of rw) {
    // Nobody has a reason to say anything here.
  }
}

function personOf(person: ChatPerson, selfId: string, latency: number | undefined): Person {
  const { id, name } = person;
  if (id === selfId) return { id, name, path: "you" };
  if (person.path === "hub") {
    return latency === undefined
      ? { id, name, path: "direct" }
      : { id, name, path: "direct", latency };
  }
  const base = { id, name, path: "relay", link: person.path } as const;
  return person.latency === undefined ? base : { ...base, latency: person.latency };
}

function tabOf({ id, fingerprint, latency }: Neighbour, name: string): Person {
  if (fingerprint === undefined) return { id, name, path: "joining" };
  const person = { id, name, path: "circuit", fingerprint } as const;
  return latency === undefined ? person : { ...person, latency };
}

/** This tab first, then whom it is connected to, then the others as the relay lists them. */
function rank(person: Person): number {
  return ["you", "direct", "circuit", "joining", "relay"].indexOf(person.path);
}

function keptName(): string {
  try {
    return (localStorage.getItem(NAME_KEY) ?? "").slice(0, 32);
  } catch {
    // Storage may be forbidden; then the relay names us by our id.
    return "";
  }
}
