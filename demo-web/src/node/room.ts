/**
 * The conversation of a room: the node's part in it, its lines and its people in the model.
 * @module
 */

import type { Peer, Protocol } from "@peerkit/core";
import type { Talk, TalkLine } from "peerkit/protocols";
import { talk } from "peerkit/protocols";
import { plural } from "../format.ts";
import type { ChatLine, Model, Person } from "../model.ts";
import type { Neighbour } from "./neighbours.ts";
import { Presence } from "./presence.ts";
import { wayWords } from "./way-words.ts";
import { apartWords } from "./words.ts";

const NAME_KEY = "peerkit.name";

/** How many lines of the page's own are kept among the others. */
const MAX_EVENTS = 50;

/** The room as this tab sees it. It keeps its lines when connections go and come. */
export class Room {
  readonly #model: Model;
  readonly #selfId: string;
  readonly #talk: Talk;
  readonly #presence = new Presence((text) => this.note(text));
  /** To how many each line of ours went at once. */
  readonly #sentTo = new WeakMap<TalkLine, number>();
  #names: ReadonlyMap<string, string> = new Map();
  #neighbours: readonly Neighbour[] = [];
  #events: readonly ChatLine[] = [];
  #noted = 0;
  /** The relay, while it is connected. */
  #relay: Peer | undefined;
  #relayWasHere = false;

  constructor(model: Model, selfId: string) {
    this.#model = model;
    this.#selfId = selfId;
    model.ownName.value = keptName();
    this.#talk = talk({
      id: selfId,
      name: model.ownName.value,
      onLines: () => this.#showLines(),
      onNames: (names) => {
        this.#names = names;
        this.#presence.update(names);
        this.showPeople();
      },
    });
  }

  /** For `ServerOptions.protocols`. */
  get protocol(): Protocol {
    return this.#talk.protocol;
  }

  /** Says something to all who are here, and to those who come. */
  say(text: string): void {
    const heard = this.#talk.say(text);
    const line = this.#talk.lines.findLast(({ source }) => source === undefined);
    if (line !== undefined) this.#sentTo.set(line, heard);
    this.#showLines();
  }

  /** Changes the name, for this visit and later ones. */
  rename(name: string): void {
    this.#model.ownName.value = name;
    this.#talk.rename(name);
    this.showPeople();
    try {
      localStorage.setItem(NAME_KEY, name);
    } catch {
      // Storage may be forbidden; the name holds until the tab is closed.
    }
  }

  /** Adds a line of the page's own. */
  note(text: string): void {
    this.#noted += 1;
    const what = { key: `${this.#noted}`, kind: "event", from: "", name: "", way: "" } as const;
    const line: ChatLine = { ...what, text, at: Date.now(), own: false };
    this.#events = [...this.#events, line].slice(-MAX_EVENTS);
    this.#showLines();
  }

  /** The connection to the relay has ended, and those through it with it. */
  relayLost(why: string): void {
    this.#relay = undefined;
    this.note(`Disconnected: ${why}.`);
    this.#presence.relayLost();
  }

  /** The relay is connected, for the first time or again. */
  relayHere(relay: Peer): void {
    if (this.#relayWasHere) {
      this.note("Connected again.");
      this.#presence.relayBack();
    }
    this.#relayWasHere = true;
    this.#relay = relay;
    this.showPeople();
  }

  /** Takes the other tabs that this one is connected to, or tries to be. */
  setNeighbours(neighbours: readonly Neighbour[]): void {
    this.#neighbours = neighbours;
    this.showPeople();
  }

  /** Puts the people into the model, with the latencies that this tab measured itself. */
  showPeople(): void {
    const { ownName, relay } = this.#model;
    const name = ownName.value || this.#selfId.slice(0, 8);
    const people: Person[] = [{ id: this.#selfId, name, path: "you", way: "this tab" }];
    if (this.#relay !== undefined) {
      const { id, latency } = this.#relay;
      const card = { id, name: relay.value?.client ?? "relay", path: "relay" } as const;
      people.push({ ...card, way: wayWords(this.#relay), ...measured(latency) });
    }
    people.push(...this.#neighbours.map((each) => this.#personOf(each)));
    this.#model.people.value = people.sort((a, b) => rank(a) - rank(b));
  }

  #personOf({ id, fingerprint, latency, failure }: Neighbour): Person {
    const card = { id, name: this.#names.get(id) ?? id.slice(0, 8) };
    if (fingerprint !== undefined) {
      const way = wayWords({ path: "circuit", sealed: true });
      return { ...card, path: "circuit", way, fingerprint, ...measured(latency) };
    }
    const why = apartWords(failure, this.#model.room.secret !== undefined);
    if (why === undefined) return { ...card, path: "joining", way: "connecting" };
    return { ...card, path: "apart", way: "can’t connect", why };
  }

  #showLines(): void {
    const lines = this.#talk.lines.map((line) => this.#lineOf(line));
    this.#model.chat.value = [...lines, ...this.#events].sort((a, b) => a.at - b.at);
  }

  #lineOf(line: TalkLine): ChatLine {
    const { author, name, text, at } = line;
    const own = author === this.#selfId;
    const what = { key: `${author}/${at}`, kind: "text", from: author, name, text } as const;
    return { ...what, at, own, way: this.#wayOf(line) };
  }

  #wayOf(line: TalkLine): string {
    const { author, source } = line;
    if (source === undefined) return sentWords(this.#sentTo.get(line) ?? 0);
    const way = wayWords(source);
    return source.id === author ? way : `as ${source.name} tells it, ${way}`;
  }
}

function measured(latency: number | undefined): Pick<Person, "latency"> {
  return latency === undefined ? {} : { latency };
}

function sentWords(heard: number): string {
  return heard === 0 ? "kept for whoever comes" : `to ${plural(heard, "other")}, sealed`;
}

/** This tab first, then the relay, then whom it is connected to, then the others. */
function rank(person: Person): number {
  return ["you", "relay", "circuit", "joining", "apart"].indexOf(person.path);
}

function keptName(): string {
  try {
    return (localStorage.getItem(NAME_KEY) ?? "").slice(0, 32);
  } catch {
    // Storage may be forbidden; then others name us by our id.
    return "";
  }
}
