/**
 * Set-ups under way, by node: those that would lose to another one wait for it.
 * @see docs/decisions/015-one-connection.md
 * @module
 */

import type { Clock } from "../../env.ts";
import { within } from "../within.ts";
import { prevails } from "./crossing.ts";
import type { Candidate } from "./peer-set.ts";

/** How long one waits for the other at most: its key may be a mere claim. */
const HOLD_MS = 1_000;

/** A set-up under way. */
export interface Rival {
  readonly candidate: Candidate;
  /** Resolves when it has become a peer, or won't. */
  readonly decided: Promise<void>;
  /** To be called then. */
  leave(): void;
}

/** The set-ups of one server. */
export class Rivals {
  readonly #self: string;
  readonly #clock: Clock;
  /** Bounded as set-ups are: by `maxPendingPeers`, and by our own dials. */
  readonly #byId = new Map<string, Set<Rival>>();

  constructor(self: string, clock: Clock) {
    this.#self = self;
    this.#clock = clock;
  }

  enter(candidate: Candidate): Rival {
    const { id } = candidate;
    const all = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, all);
    let decide = (): void => {};
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    const rival: Rival = {
      candidate,
      decided,
      leave: () => {
        all.delete(rival);
        if (all.size === 0 && this.#byId.get(id) === all) this.#byId.delete(id);
        decide();
      },
    };
    all.add(rival);
    return rival;
  }

  /** Waits, for 1 s at most, until those are decided that go before this one. */
  async giveWay({ candidate }: Rival, signal: AbortSignal): Promise<void> {
    const { id, inbound } = candidate;
    if (prevails(candidate, this.#self)) return;
    const stronger = this.#of(id).filter((rival) => rival.candidate.inbound !== inbound);
    if (stronger.length === 0) return;
    const decided = Promise.all(stronger.map((rival) => rival.decided));
    await within(decided, { clock: this.#clock, ms: HOLD_MS, signal });
  }

  /** Resolves when all that are under way with a node now are decided. */
  async decided(id: string): Promise<void> {
    await Promise.all(this.#of(id).map((rival) => rival.decided));
  }

  #of(id: string): readonly Rival[] {
    return [...(this.#byId.get(id) ?? [])];
  }
}
