/**
 * Set-ups under way, by node. The node with the smaller id has only one of two that cross go on at a
 * time, so that the other side can't take the second one first.
 * @see docs/decisions/015-one-connection.md
 * @module
 */

import type { PeerConnection } from "../../devp2p/peer-connection.ts";
import type { Clock } from "../../env.ts";
import { newAbortController } from "../../env.ts";
import { within } from "../within.ts";
import { haveCrossed } from "./crossing.ts";
import type { Candidate } from "./peer-set.ts";

/** How long one waits for the other at most: its key may be a mere claim. */
const HOLD_MS = 1_000;

/** A set-up under way. */
export interface Rival {
  readonly candidate: Candidate;
  /** Resolves when it has become a peer, or won't. */
  readonly decided: Promise<void>;
  /** Set when it has, or may get, our Hello: then the other side may take it for a peer. */
  greeted: boolean;
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
      greeted: false,
      leave: () => {
        all.delete(rival);
        if (all.size === 0 && this.#byId.get(id) === all) this.#byId.delete(id);
        decide();
      },
    };
    all.add(rival);
    return rival;
  }

  /**
   * Waits, for 1 s at most, until the other side can have only one of those that it may take for a
   * peer: one that came the other way and has our Hello is decided, one that is a peer has answered.
   */
  async giveWay(
    { candidate }: Rival,
    peer: PeerConnection | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { id, inbound } = candidate;
    if (id < this.#self) return;
    const ahead = this.#of(id).filter((one) => one.greeted && one.candidate.inbound !== inbound);
    const crossed = peer && haveCrossed(candidate, peer) ? peer : undefined;
    if (ahead.length === 0 && !crossed) return;
    const decisions: Promise<unknown>[] = ahead.map((rival) => rival.decided);
    const control = newAbortController();
    if (crossed) decisions.push(crossed.ping({ signal: control.signal }).catch(() => {}));
    await within(Promise.all(decisions), { clock: this.#clock, ms: HOLD_MS, signal });
    control.abort();
  }

  /** Resolves when all that are under way with a node now are decided. */
  async decided(id: string): Promise<void> {
    await Promise.all(this.#of(id).map((rival) => rival.decided));
  }

  #of(id: string): readonly Rival[] {
    return [...(this.#byId.get(id) ?? [])];
  }
}
