/**
 * Counts the rounds of foo and bar and their times.
 * @module
 */

import type { TraceEvent } from "@peerkit/core";
import type { FooBar, Model } from "../model.ts";

/** How many round trips are kept. */
const KEPT_ROUNDS = 50;

/** Measures from the trace: a foo that leaves, the bar that comes back, in order. */
export class Rounds {
  readonly #model: Model;
  /** When each unanswered foo left. UNBOUNDED: one entry for a click, cleared with the connection. */
  #sentAt: number[] = [];
  #rounds: number[] = [];
  #count = 0;
  #error: string | undefined;
  #scheduled = false;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Takes a frame of `MyProtocol`. */
  take({ direction, at }: Extract<TraceEvent, { type: "frame" }>): void {
    this.#error = undefined;
    if (direction === "out") this.#sentAt.push(at);
    else this.#answered(at);
    this.#show();
  }

  /** The connection is gone, and with it the answers. */
  reset(): void {
    this.#sentAt = [];
    this.#show();
  }

  /** A foo could not be sent. */
  fail(message: string): void {
    this.#error = `Not sent: ${message}.`;
    this.#show();
  }

  #answered(at: number): void {
    const sentAt = this.#sentAt.shift();
    if (sentAt === undefined) return;
    this.#rounds = [...this.#rounds, at - sentAt].slice(-KEPT_ROUNDS);
    this.#count += 1;
  }

  /** Once per animation frame, however many rounds there were. */
  #show(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      const waiting = this.#sentAt.length > 0;
      const state: FooBar = { rounds: this.#rounds, count: this.#count, waiting };
      this.#model.fooBar.value =
        this.#error === undefined ? state : { ...state, error: this.#error };
    });
  }
}
