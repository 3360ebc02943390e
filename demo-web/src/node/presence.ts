/**
 * Who comes and goes, as lines of the chat: not every blink of a connection.
 * @module
 */

/** Who is back by then has never left. */
const BLINK_MS = 3_000;
/** After a break of the relay everybody is back by then, or isn’t coming. */
const RETURN_MS = 15_000;

interface Guest {
  name: string;
  /** Set while it isn’t connected: when that has gone on for too long, it has left. */
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** True when it went with the relay. */
  away: boolean;
}

/** Tells of other tabs. */
export class Presence {
  readonly #note: (text: string) => void;
  /** By node id; bounded by the server’s peers and by time. */
  readonly #guests = new Map<string, Guest>();
  #relayGone = false;

  /** `note` gets each line. */
  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  /** Takes the names of all who are here now. */
  update(names: ReadonlyMap<string, string>): void {
    for (const [id, name] of names) this.#here(id, name);
    for (const [id, guest] of this.#guests) {
      if (names.has(id) || guest.timer !== undefined || guest.away) continue;
      if (this.#relayGone) guest.away = true;
      else this.#expect(id, guest, BLINK_MS, "left");
    }
  }

  /** Everybody goes with the relay. */
  relayLost(): void {
    this.#relayGone = true;
    for (const guest of this.#guests.values()) {
      if (guest.timer === undefined) continue;
      clearTimeout(guest.timer);
      guest.timer = undefined;
      guest.away = true;
    }
  }

  /** The relay is there again; the others are to come. */
  relayBack(): void {
    this.#relayGone = false;
    for (const [id, guest] of this.#guests) {
      if (guest.away) this.#expect(id, guest, RETURN_MS, "hasn’t come back");
    }
  }

  #here(id: string, name: string): void {
    const guest = this.#guests.get(id);
    if (guest === undefined) {
      this.#guests.set(id, { name, away: false });
      this.#note(`${name} is here.`);
      return;
    }
    clearTimeout(guest.timer);
    if (guest.away) this.#note(`${name} is back.`);
    else if (guest.name !== name) this.#note(`${guest.name} is ${name} now.`);
    this.#guests.set(id, { name, away: false });
  }

  #expect(id: string, guest: Guest, ms: number, words: string): void {
    clearTimeout(guest.timer);
    guest.timer = setTimeout(() => {
      this.#guests.delete(id);
      this.#note(`${guest.name} ${words}.`);
    }, ms);
  }
}
