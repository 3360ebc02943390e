/**
 * The control plane: what a relay answers to whom, in `relay/1`.
 * @module
 */

import type { ByteStream, Clock, Infer, Peer, TypedProtocol } from "@peerkit/core";
import { DisconnectError, DiscReason, nodeId, typedProtocol } from "@peerkit/core";
import type { Verdict } from "../wire/codes.ts";
import { MAX_HOST_LENGTH, RELAY_PROTOCOL } from "../wire/relay-protocol.ts";
import type { Budgets, Held } from "./budgets/budgets.ts";
import { PeerBuckets } from "./budgets/peer-buckets.ts";
import type { Party } from "./budgets/scopes.ts";
import type { RelayCounts } from "./counts.ts";
import type { Given, Question } from "./neighbours/neighbours.ts";
import type { PipeOwner, Pipes } from "./pipes/pipes.ts";
import { TOKEN_TTL_MS } from "./pipes/pipes.ts";
import { notAllowed } from "./policy/dial-target.ts";
import type { Target } from "./policy/policy.ts";
import type { Reservations } from "./reservations.ts";
import { RESERVATION_TTL_MS } from "./reservations.ts";
import { ALL_PIPES_TAKEN, BUSY_TARGET, DRAINING, GRANTED, NO_TARGET } from "./verdicts.ts";

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
  /** As {@link Neighbours.pipeTo}. @default no other relay has anybody */
  readonly pipeTo?: ((question: Question) => Promise<ByteStream | Verdict | undefined>) | undefined;
}

/** Answers requests. */
export class Control {
  readonly protocol: TypedProtocol<Messages, Requests>;
  readonly #options: ControlOptions;
  readonly #messages = new PeerBuckets();
  /** Of those that have been asked for. */
  readonly #incoming = new PeerBuckets();
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

  /**
   * What another relay asks for one of its nodes. That one has the budgets of who asks; here only what
   * all pipes share is looked at.
   */
  answer({ target, from }: Question): Given {
    const { pipes, maxPipes, counts } = this.#options;
    if (this.#draining) return DRAINING;
    if (pipes.size >= maxPipes) return ALL_PIPES_TAKEN;
    const given = this.#call(nodeId(target), from, this.#observer(), "relay") ?? NO_TARGET;
    if (!("code" in given)) counts.answered++;
    return given;
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
      return this.#circuit(target, peer, this.#owner(party, held));
    }
    return this.#bridge({ publicKey: target, host: host ?? "", port: port ?? 0 }, party, held);
  }

  async #circuit(target: Uint8Array, caller: Peer, owner: PipeOwner): Promise<Given> {
    const { counts, pipes, pipeTo } = this.#options;
    const id = nodeId(target);
    if (id === caller.id) return NO_TARGET;
    const from = caller.publicKey;
    const given = this.#call(id, from, owner, "node");
    if (given) {
      if (!("code" in given)) counts.circuits++;
      return given;
    }
    const stream = await pipeTo?.({ target, from });
    if (!stream) return NO_TARGET;
    if ("code" in stream) return stream;
    if (this.#draining) {
      stream.abort();
      return DRAINING;
    }
    counts.circuits++;
    counts.onward++;
    return { token: pipes.onward(stream, owner) };
  }

  /** Tells a node with a reservation here that `from` wants a pipe; gives nothing when there is none. */
  #call(
    id: string,
    from: Uint8Array,
    owner: PipeOwner,
    caller: "node" | "relay",
  ): Given | undefined {
    const { clock, reservations, pipes } = this.#options;
    const target = reservations.get(id);
    const remote = target && this.protocol.remote(target);
    if (!target || !remote) return undefined;
    const now = clock.now();
    const incoming = this.#incoming.of(target);
    const wait = incoming.wait(INCOMING_RATE, now);
    if (wait > 0) return { ...BUSY_TARGET, retryAfterMs: Math.ceil(wait) };
    incoming.owe(INCOMING_RATE, now, 1);
    const tokens = pipes.circuit(owner, caller);
    remote
      .send("incoming", { token: tokens.target, from, ttlMs: TOKEN_TTL_MS })
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
    const charge = this.#options.budgets.meter(party);
    const observer = this.#observer();
    return {
      onBytes(count) {
        observer.onBytes(count);
        const wait = charge(count);
        return typeof wait === "number" ? wait : { reason: wait.code, text: wait.text };
      },
      onOpen() {
        held.pending.release();
        observer.onOpen();
      },
      onEnd(end) {
        held.release();
        observer.onEnd(end);
      },
    };
  }

  /** Counts, and charges nobody. */
  #observer(): PipeOwner {
    const { counts } = this.#options;
    return {
      onBytes(count) {
        counts.bytes += count;
        return 0;
      },
      onOpen() {
        counts.opened++;
      },
      onEnd({ reason }) {
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

/** A pipe's share of the budgets. */
interface PipeHold extends Held {
  /** Until both ends are there. */
  readonly pending: Held;
}
