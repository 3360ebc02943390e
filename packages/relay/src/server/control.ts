/**
 * The control plane: what a relay answers to whom, in `relay/1`.
 * @module
 */

import type { ByteStream, Clock, Infer, Peer, TypedProtocol } from "@peerkit/core";
import { DisconnectError, DiscReason, nodeId, typedProtocol } from "@peerkit/core";
import type { Verdict } from "../wire/codes.ts";
import { RelayCode } from "../wire/codes.ts";
import { MAX_HOST_LENGTH, RELAY_PROTOCOL } from "../wire/relay-protocol.ts";
import type { Budgets, Held } from "./budgets/budgets.ts";
import type { Party } from "./budgets/scopes.ts";
import { TokenBucket } from "./budgets/token-bucket.ts";
import type { RelayCounts } from "./counts.ts";
import type { PipeOwner, Pipes } from "./pipes/pipes.ts";
import { TOKEN_TTL_MS } from "./pipes/pipes.ts";
import { notAllowed } from "./policy/dial-target.ts";
import type { Target } from "./policy/policy.ts";
import type { Reservations } from "./reservations.ts";
import { RESERVATION_TTL_MS } from "./reservations.ts";

/** Messages of one node; who sends more is left. */
const MESSAGE_RATE = { perSecond: 50, burst: 500 };
/** Pipes that others may ask of one node with a reservation. */
const INCOMING_RATE = { perSecond: 10, burst: 100 };
const NO_TOKEN = new Uint8Array(0);

type Messages = typeof RELAY_PROTOCOL.messages;
type Requests = typeof RELAY_PROTOCOL.requests;
type Reserved = Infer<Requests["reserve"]["answer"]["body"]>;
type Connected = Infer<Requests["connect"]["answer"]["body"]>;
type Connect = Infer<Requests["connect"]["body"]>;

/** What the control plane needs. */
export interface ControlOptions {
  readonly clock: Clock;
  readonly budgets: Budgets;
  readonly reservations: Reservations;
  readonly pipes: Pipes;
  readonly counts: RelayCounts;
  /** Pipes at once, of all. */
  readonly maxPipes: number;
  readonly partyOf: (peer: Peer) => Party;
  /** Who is connected. */
  readonly peers: () => readonly Peer[];
  /** Resolves to a connection that the policy allows, or to why there is none. */
  readonly dial: (target: Target) => Promise<ByteStream | Verdict>;
  /** Why a target is refused before anything is looked up. */
  readonly refusal: (target: Target) => string | undefined;
}

/** Answers requests. */
export class Control {
  readonly protocol: TypedProtocol<Messages, Requests>;
  readonly #options: ControlOptions;
  readonly #messages = new Buckets();
  /** Of those that have been asked for. */
  readonly #incoming = new Buckets();
  #draining = false;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.protocol = typedProtocol({
      ...RELAY_PROTOCOL,
      clock: options.clock,
      handlers: {
        reserve: (_, { peer }) => this.#reserve(peer),
        connect: (body, { peer }) => this.#connect(body, peer),
        declined: ({ token }, { peer }) => {
          this.#countMessage(peer);
          options.pipes.decline(token);
        },
        // A relay's own messages: to a relay they mean nothing.
        incoming: () => {},
        draining: () => {},
      },
    });
  }

  /** Tells all peers that the relay stops within that time; from now on it refuses what is new. */
  drain(withinMs: number): void {
    this.#draining = true;
    for (const peer of this.#options.peers()) {
      // Whoever is leaving needs no notice.
      this.protocol
        .remote(peer)
        ?.send("draining", { withinMs })
        .catch(() => {});
    }
  }

  #reserve(peer: Peer): Reserved {
    this.#countMessage(peer);
    const { reservations, partyOf } = this.#options;
    const refused = this.#draining ? DRAINING : reservations.reserve(peer, partyOf(peer));
    if (refused) return { ...this.#refuse(refused), ttlMs: 0 };
    return { ...GRANTED, ttlMs: RESERVATION_TTL_MS };
  }

  async #connect(body: Connect, peer: Peer): Promise<Connected> {
    this.#countMessage(peer);
    const party = { ...this.#options.partyOf(peer), key: peer.id };
    const answer = this.#hold(party);
    if ("code" in answer) return this.#no(answer);
    const given = await this.#pipeFor(body, peer, party, answer).catch((error: unknown) => {
      answer.release();
      throw error;
    });
    if ("code" in given) {
      answer.release();
      return this.#no(given);
    }
    return { ...GRANTED, token: given.token, ttlMs: TOKEN_TTL_MS };
  }

  #pipeFor(body: Connect, peer: Peer, party: Party, held: PipeHold): Promise<Given> {
    const { target, host, port } = body;
    if (host === undefined && port === undefined) {
      return Promise.resolve(this.#circuit(nodeId(target), peer, party, held));
    }
    return this.#bridge({ publicKey: target, host: host ?? "", port: port ?? 0 }, party, held);
  }

  #circuit(id: string, caller: Peer, party: Party, held: PipeHold): Given {
    const { reservations, pipes, counts } = this.#options;
    const target = id === caller.id ? undefined : reservations.get(id);
    const remote = target && this.protocol.remote(target);
    if (!target || !remote) return NO_TARGET;
    const now = this.#options.clock.now();
    const incoming = this.#incoming.of(target);
    const wait = incoming.wait(INCOMING_RATE, now);
    if (wait > 0) return { ...BUSY_TARGET, retryAfterMs: Math.ceil(wait) };
    incoming.owe(INCOMING_RATE, now, 1);
    const tokens = pipes.circuit(this.#owner(party, held));
    counts.circuits++;
    remote
      .send("incoming", { token: tokens.target, from: caller.publicKey, ttlMs: TOKEN_TTL_MS })
      .catch(() => pipes.decline(tokens.target));
    return { token: tokens.caller };
  }

  async #bridge(target: Target, party: Party, held: PipeHold): Promise<Given> {
    const { refusal, dial, pipes, counts } = this.#options;
    const { host, port } = target;
    if (host.length > MAX_HOST_LENGTH || port < 1 || port > 65_535) {
      return notAllowed("no such host and port");
    }
    const refused = refusal(target);
    if (refused !== undefined) return notAllowed(refused);
    const dialed = await dial(target);
    if ("code" in dialed) return dialed;
    if (this.#draining) {
      dialed.abort();
      return DRAINING;
    }
    counts.bridges++;
    return { token: pipes.bridge(dialed, this.#owner(party, held)) };
  }

  /** What a pipe takes of its asker's budgets, before anything is done for it. */
  #hold(party: Party): PipeHold | Verdict {
    const { budgets, pipes, maxPipes } = this.#options;
    if (this.#draining) return DRAINING;
    if (pipes.size >= maxPipes) return ALL_PIPES_TAKEN;
    const tooOften = budgets.connect(party);
    if (tooOften) return tooOften;
    const open = budgets.hold(party, "pipes");
    if ("code" in open) return open;
    const pending = budgets.hold(party, "pendingPipes");
    if ("code" in pending) {
      open.release();
      return pending;
    }
    return {
      pending,
      release() {
        open.release();
        pending.release();
      },
    };
  }

  #owner(party: Party, held: PipeHold): PipeOwner {
    const { budgets, counts } = this.#options;
    return {
      onBytes(count) {
        counts.bytes += count;
        const wait = budgets.bytes(party, count);
        return typeof wait === "number" ? wait : { reason: wait.code, text: wait.text };
      },
      onOpen() {
        held.pending.release();
        counts.opened++;
      },
      onEnd({ reason }) {
        held.release();
        counts.ended(reason);
      },
    };
  }

  #no(refused: Verdict): Connected {
    return { ...this.#refuse(refused), token: NO_TOKEN, ttlMs: 0 };
  }

  #refuse(refused: Verdict): Verdict {
    this.#options.counts.refused(refused.code);
    return refused;
  }

  #countMessage(peer: Peer): void {
    const now = this.#options.clock.now();
    const messages = this.#messages.of(peer);
    if (messages.wait(MESSAGE_RATE, now) > 0) {
      throw new DisconnectError(DiscReason.SubprotocolError, { message: "too many messages" });
    }
    messages.owe(MESSAGE_RATE, now, 1);
  }
}

/** A bucket for each peer, from its first use until the peer is gone. */
class Buckets {
  readonly #buckets = new WeakMap<Peer, TokenBucket>();

  of(peer: Peer): TokenBucket {
    const bucket = this.#buckets.get(peer) ?? new TokenBucket();
    this.#buckets.set(peer, bucket);
    return bucket;
  }
}

/** A pipe's share of the budgets. */
interface PipeHold extends Held {
  /** Until both ends are there. */
  readonly pending: Held;
}

type Given = { readonly token: Uint8Array } | Verdict;

const GRANTED: Verdict = { code: RelayCode.Ok, text: "", retryAfterMs: 0 };
const DRAINING: Verdict = { code: RelayCode.Draining, text: "", retryAfterMs: 1_000 };
const NO_TARGET: Verdict = {
  code: RelayCode.NoTarget,
  text: "it has no reservation here",
  retryAfterMs: 0,
};
const BUSY_TARGET: Verdict = {
  code: RelayCode.Budget,
  text: "too many ask for that node",
  retryAfterMs: 0,
};
const ALL_PIPES_TAKEN: Verdict = {
  code: RelayCode.Budget,
  text: "the relay has no pipe left",
  retryAfterMs: 5_000,
};
