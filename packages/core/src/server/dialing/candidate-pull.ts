/**
 * When the next candidate of the protocols is asked for: one at a time, and not without end when none
 * of them can be dialed.
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";

/** After so many candidates in a row that can't be dialed, the next is asked for after a pause. */
const MAX_REFUSED_IN_A_ROW = 8;
const PAUSE_MS = 1_000;

/** A node that a protocol proposes. */
export interface Candidate {
  readonly id: string;
  readonly address: NodeAddress;
}

/** The candidates of one server, as its scheduler sees them. */
export class CandidatePull {
  #state: "none" | "ready" | "asked" = "none";
  /** It has come, and waits for a slot. */
  #held: Candidate | undefined;
  #refused = 0;
  #notBefore = 0;

  /** Whether there are candidates to be asked for. */
  set available(available: boolean) {
    this.#state = available ? "ready" : "none";
  }

  /** When the next may be asked for; 0 while that isn't a matter of time. */
  get notBefore(): number {
    return this.#state === "ready" ? this.#notBefore : 0;
  }

  /** What was asked for has come; without a candidate when it couldn't be read. */
  came(candidate: Candidate | undefined, now: number): void {
    if (this.#state === "asked") this.#state = "ready";
    if (candidate) this.#held = candidate;
    else this.refused(now);
  }

  /** Gives the candidate that waits. */
  take(): Candidate | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  dialed(): void {
    this.#refused = 0;
  }

  refused(now: number): void {
    this.#refused++;
    if (this.#refused % MAX_REFUSED_IN_A_ROW === 0) this.#notBefore = now + PAUSE_MS;
  }

  /** True when the caller is to ask for one. */
  ask(now: number): boolean {
    if (this.#state !== "ready" || now < this.#notBefore) return false;
    this.#state = "asked";
    return true;
  }
}
