/**
 * A node that is connected has come a second time, and has proved its key: the connection that was
 * there first is asked whether it lives.
 * @see docs/decisions/015-one-connection.md
 * @module
 */

import type { PeerConnection } from "../../devp2p/peer-connection.ts";
import type { Clock } from "../../env.ts";
import { newAbortController } from "../../env.ts";
import { DisconnectError, DiscReason } from "../../errors.ts";
import { within } from "../within.ts";
import type { Answer } from "./crossing.ts";
import { haveCrossed, newcomerWins, prevails } from "./crossing.ts";
import type { Candidate } from "./peer-set.ts";
import type { Roster } from "./roster.ts";

/** How long the connection that was there first has to answer. */
const ANSWER_MS = 2_000;
/** How long protocols that lost their peer may take before they get it again. */
const RUN_END_MS = 500;

/** A newcomer, until it is decided. */
export interface Newcomer {
  readonly candidate: Candidate;
  /** Settles when its stream ends. */
  readonly gone: Promise<unknown>;
  /** Gives up when it is aborted. */
  readonly signal: AbortSignal;
}

/** The contests of one server. */
export class Contests {
  readonly #roster: Roster;
  readonly #self: string;
  readonly #clock: Clock;
  /** Ids of the nodes whose connections are being asked: one newcomer each. */
  readonly #underWay = new Set<string>();

  constructor(roster: Roster, self: string, clock: Clock) {
    this.#roster = roster;
    this.#self = self;
    this.#clock = clock;
  }

  /**
   * Waits until the connection of this node that is there has answered, ended, or been silent for
   * 2 s; takes it out where the newcomer wins. The caller asks the set again after that.
   */
  async settle(newcomer: Newcomer): Promise<void> {
    const { candidate, signal } = newcomer;
    const { id } = candidate;
    const first = this.#roster.peers.get(id);
    if (!first || this.#underWay.has(id)) return;
    const crossed = haveCrossed(candidate, first);
    this.#underWay.add(id);
    try {
      const answer = await this.#ask(first, newcomer);
      if (signal.aborted) return;
      if (!newcomerWins(answer, crossed, prevails(candidate, this.#self))) return;
      if (!first.end) first.leave(replaced(crossed));
      await within(first.finished, { clock: this.#clock, ms: RUN_END_MS, signal });
      this.#roster.evict(first);
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #ask(first: PeerConnection, { gone, signal }: Newcomer): Promise<Answer> {
    const control = newAbortController();
    let answer: Answer = "silent";
    const note = (came: Answer) => (): void => {
      if (answer === "silent") answer = came;
    };
    const asked = first.ping({ signal: control.signal }).then(note("answered"), note("left"));
    const came = Promise.race([asked, gone.then(note("gone"))]);
    await within(came, { clock: this.#clock, ms: ANSWER_MS, signal });
    control.abort();
    return answer;
  }
}

/** The end of a connection whose node is back on another one. */
function replaced(crossed: boolean): DisconnectError {
  return crossed
    ? new DisconnectError(DiscReason.AlreadyConnected, {
        code: "P2P_ERR_REPLACED",
        message: "both sides had dialed: the other connection stays",
      })
    : new DisconnectError(DiscReason.NetworkError, {
        code: "P2P_ERR_REPLACED",
        message: "the node is back on another connection, and this one didn't answer for 2 s",
      });
}
