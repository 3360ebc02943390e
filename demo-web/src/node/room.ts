/**
 * The chat: the node's part in the room, and its lines and people in the model.
 * @module
 */

import type { Protocol } from "@peerkit/core";
import type { ChatClient, ChatPerson, ChatSaid } from "peerkit/protocols";
import { chatClient } from "peerkit/protocols";
import type { ChatLine, Model, Person } from "../model.ts";

const NAME_KEY = "peerkit.name";

/** How many lines are kept. */
const MAX_LINES = 500;

/** The room as this tab sees it. It keeps its lines when the connection goes and comes. */
export class Room {
  readonly #model: Model;
  readonly #client: ChatClient;
  readonly #selfId: string;
  #people: readonly ChatPerson[] = [];
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
    return this.#client.protocol;
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

  /** Puts the people into the model, with the latency to the hub that this tab measured itself. */
  showPeople(): void {
    const latency = this.#model.latency.value;
    const people = this.#people.map((person) => personOf(person, this.#selfId, latency));
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

/** This tab first, then whom it is connected to, then the others as the relay lists them. */
function rank(person: Person): number {
  return ["you", "direct", "relay"].indexOf(person.path);
}

function keptName(): string {
  try {
    return (localStorage.getItem(NAME_KEY) ?? "").slice(0, 32);
  } catch {
    // Storage may be forbidden; then the relay names us by our id.
    return "";
  }
}
