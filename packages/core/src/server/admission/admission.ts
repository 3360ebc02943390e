/**
 * The checks that a connection passes on its way to a peer: one before our Hello, one after both.
 * @see docs/decisions/015-one-connection.md
 * @module
 */

import type { Clock } from "../../env.ts";
import { DiscReason } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import type { ByteStream } from "../../transport.ts";
import { Contests } from "./contest.ts";
import type { Candidate, Refused } from "./peer-set.ts";
import type { Rival } from "./rivals.ts";
import { Rivals } from "./rivals.ts";
import type { Roster } from "./roster.ts";

/** What is known of a connection at its beginning. */
export interface Arrival {
  readonly stream: Pick<ByteStream, "closed">;
  readonly signal: AbortSignal;
  /** What was dialed; absent when we were. */
  readonly address?: NodeAddress;
  /** Its node's id, where it is known already. */
  readonly id?: string;
}

/** What is known before our Hello. */
export interface BeforeHello {
  /** Why the node may not be a peer. */
  readonly refused: Refused | undefined;
  /** Why nobody may who dials us, whoever it is. */
  readonly anyone: Refused | undefined;
  /** True where we wait for the proof of its key, and for what follows from it. */
  readonly hush: boolean;
}

/** The admissions of one server. */
export class Admissions {
  readonly roster: Roster;
  readonly rivals: Rivals;
  readonly contests: Contests;
  /** Called when who dials us has named its key, which may be a mere claim, and when that is over. */
  readonly onInbound: (id: string, pending: boolean) => void;

  constructor(
    roster: Roster,
    self: string,
    clock: Clock,
    onInbound: Admissions["onInbound"] = () => {},
  ) {
    this.onInbound = onInbound;
    this.roster = roster;
    this.rivals = new Rivals(self, clock);
    this.contests = new Contests(roster, self, clock);
  }

  begin(arrival: Arrival): Admission {
    return new Admission(this, arrival);
  }
}

/** The admission of one connection. `end` it, whatever came of it. */
export class Admission {
  readonly #all: Admissions;
  readonly #arrival: Arrival;
  #id: string | undefined;
  #rival: Rival | undefined;

  constructor(all: Admissions, arrival: Arrival) {
    this.#all = all;
    this.#arrival = arrival;
    this.#id = arrival.id;
    const { address } = arrival;
    if (address) this.#enter(address.publicKey);
  }

  /** The id of the node with this key, the only one that a connection has: it is hashed once. */
  idOf(remoteKey: Uint8Array): string {
    this.#id ??= nodeId(remoteKey);
    return this.#id;
  }

  /**
   * The check before our Hello. The key of who dialed us is a claim here, so that it can delay the
   * node's other connection by 1 s and no more.
   */
  async before(remoteKey: Uint8Array): Promise<BeforeHello> {
    const rival = this.#rival ?? this.#enter(remoteKey);
    const peer = this.#all.roster.peers.get(rival.candidate.id);
    await this.#all.rivals.giveWay(rival, peer, this.#arrival.signal);
    const refused = this.refusal(remoteKey);
    const hush = !this.#arrival.address && refused?.reason === DiscReason.AlreadyConnected;
    rival.greeted = !hush;
    const anyone = this.#all.roster.peers.refusalOfAnyone();
    return { refused: hush ? undefined : refused, anyone, hush };
  }

  /**
   * The check when the key is proved. For a node that is connected it waits, 2 s or so, whether that
   * connection lives; ask {@link Admission.refusal} after it.
   */
  async settle(remoteKey: Uint8Array): Promise<void> {
    const { stream, signal } = this.#arrival;
    if (this.refusal(remoteKey)?.reason === DiscReason.AlreadyConnected) {
      const candidate = this.#candidate(remoteKey);
      await this.#all.contests.settle({ candidate, gone: stream.closed, signal });
    }
  }

  /** Why the node may not be a peer now, or `undefined`. */
  refusal(remoteKey: Uint8Array): Refused | undefined {
    return this.#all.roster.peers.refusal(this.#candidate(remoteKey));
  }

  end(): void {
    if (!this.#rival) return;
    const { id, inbound } = this.#rival.candidate;
    this.#rival.leave();
    if (inbound) this.#all.onInbound(id, false);
  }

  #enter(key: Uint8Array): Rival {
    const candidate = this.#candidate(key);
    const rival = this.#all.rivals.enter(candidate);
    this.#rival = rival;
    if (candidate.inbound) this.#all.onInbound(candidate.id, true);
    return rival;
  }

  #candidate(key: Uint8Array): Candidate {
    return { id: this.idOf(key), inbound: !this.#arrival.address };
  }
}
