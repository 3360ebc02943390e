/**
 * One direction of a connection on virtual time: things go in, and happen later, in order.
 * @module
 */

import type { Clock } from "../../env.ts";
import type { LineChance } from "./conditions.ts";

interface Parcel {
  /** When it arrives, in ms; not counted while the line is held. */
  due: number;
  readonly arrive: () => void;
}

/** Carries things one way. */
export class Line {
  readonly #clock: Clock;
  readonly #chance: LineChance;
  readonly #parcels: Parcel[] = [];
  /** When the sender has put everything on the line. */
  #free = 0;
  #held = false;
  #cut = false;
  #cancel = (): void => {};

  constructor(clock: Clock, chance: LineChance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** Sends something of so many bytes; `arrive` is called when it is there. */
  post(size: number, arrive: () => void): void {
    if (this.#cut) return;
    this.#free = Math.max(this.#free, this.#clock.now()) + this.#chance.sending(size);
    const last = this.#parcels.at(-1)?.due ?? 0;
    this.#parcels.push({ due: Math.max(last, this.#free + this.#chance.travel()), arrive });
    // Also when others are on their way: those who wait for quiet look at the clock.
    this.#schedule();
  }

  /** Nothing arrives any more until `release`; nothing is lost. */
  hold(): void {
    this.#held = true;
    this.#cancel();
  }

  /** What was held is sent again. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    let last = 0;
    for (const parcel of this.#parcels) {
      last = Math.max(last, parcel.due, this.#clock.now() + this.#chance.travel());
      parcel.due = last;
    }
    this.#schedule();
  }

  /** Nothing arrives any more, ever. */
  cut(): void {
    this.#cut = true;
    this.#parcels.length = 0;
    this.#cancel();
  }

  #schedule(): void {
    const [first] = this.#parcels;
    this.#cancel();
    if (first === undefined || this.#held) return;
    this.#cancel = this.#clock.setTimer(first.due - this.#clock.now(), () => this.#arrive());
  }

  #arrive(): void {
    this.#parcels.shift()?.arrive();
    this.#schedule();
  }
}
