/**
 * Decides whom to dial, and when. Pure: an event and the time go in, and what to do comes out.
 * @see https://github.com/ethereum/go-ethereum/blob/02b73d4ea7181464175e0a6cbecc0a3a2655a562/p2p/dial.go
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";
import { CandidatePull } from "./candidate-pull.ts";
import type { DialAction, DialEvent, DialRefusal } from "./dial-events.ts";
import { DialHistory } from "./history.ts";
import { KeptNode } from "./kept-node.ts";
import type { Setback } from "./setback.ts";
import { redialPause } from "./setback.ts";

/** The rules of one scheduler. Times are in ms. */
export interface DialRules {
  /** Our own node id. */
  readonly self: string;
  readonly maxPeers: number;
  /** How many peers the scheduler may have dialed. */
  readonly maxDialPeers: number;
  readonly maxActiveDials: number;
  /** The first pause of a node that is kept, before jitter; it doubles with each setback. */
  readonly firstPause: number;
  /** For how long no node is dialed twice, and the longest pause. */
  readonly history: number;
  /** Whether nodes can be looked up. */
  readonly canResolve: boolean;
  /** Whether a transport takes the address. */
  readonly dialable: (address: NodeAddress) => boolean;
  /** Whether its network may be dialed. */
  readonly allowed: (address: NodeAddress) => boolean;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** The state of all dials of one server. */
export class DialScheduler {
  readonly #rules: DialRules;
  /** UNBOUNDED: the application's own list. */
  readonly #kept = new Map<string, KeptNode>();
  /** Bounded by the peer set. */
  readonly #connected = new Map<string, Connected>();
  /** How many of them we dialed. */
  #scheduled = 0;
  /** Dials and look-ups under way. Bounded by `maxActiveDials`. */
  readonly #dialing = new Set<string>();
  /** How many connections from a node are in their handshake. Bounded by the server's inbound places. */
  readonly #inbound = new Map<string, number>();
  readonly #history = new DialHistory();
  readonly #candidates = new CandidatePull();
  #actions: DialAction[] = [];
  #wakeAt: number | undefined;

  constructor(rules: DialRules) {
    this.#rules = rules;
  }

  /** When it wants a `wake` event; `undefined` while only other events matter. */
  get wakeAt(): number | undefined {
    return this.#wakeAt;
  }

  /** Takes what happened, and gives what is to be done now. */
  take(event: DialEvent, now: number): readonly DialAction[] {
    this.#actions = [];
    this.#apply(event, now);
    this.#schedule(now);
    return this.#actions;
  }

  #apply(event: DialEvent, now: number): void {
    switch (event.type) {
      case "keep":
        this.#keep(event.id, event.address, now);
        break;
      case "release":
        this.#release(event.id);
        break;
      case "candidates":
        this.#candidates.available = event.available;
        break;
      case "candidate":
        this.#candidates.came(event.candidate, now);
        break;
      case "dialed":
        this.#dialed(event.id, event.setback, now);
        break;
      case "resolved":
        this.#resolved(event.id, event.address, now);
        break;
      case "connected":
        if (event.scheduled) this.#dialing.delete(event.id);
        this.#forgetPeer(event.id);
        this.#connected.set(event.id, { since: now, scheduled: event.scheduled });
        if (event.scheduled) this.#scheduled++;
        break;
      case "left":
        this.#left(event.id, event.setback, now);
        break;
      case "inbound":
        this.#countInbound(event.id, event.pending ? 1 : -1);
        break;
      case "redial":
        this.#forgetSetbacks(event.refusedToo);
        break;
      case "wake":
        break;
    }
  }

  // --- what happened ---

  #keep(id: string, address: NodeAddress, now: number): void {
    const node = this.#kept.get(id);
    if (node) node.address = address;
    else this.#kept.set(id, new KeptNode(address));
    const refusal = this.#refusal(id, address, now);
    if (refusal === "recent") this.#tellPause(id, this.#history.until(id), now);
    else if (refusal !== undefined && !(refusal === "no-address" && this.#rules.canResolve)) {
      this.#actions.push({ type: "refuse", id, static: true, refusal });
    }
  }

  #release(id: string): void {
    if (this.#kept.delete(id) && this.#dialing.has(id)) this.#actions.push({ type: "cancel", id });
  }

  #dialed(id: string, setback: Setback | undefined, now: number): void {
    const node = this.#kept.get(id);
    if (!this.#dialing.delete(id) || setback === undefined || !node) return;
    // Who refused us has his whole pause, counted from the start of the dial.
    const until =
      setback === "refused" ? Math.max(now, this.#history.until(id)) : now + this.#nextPause(node);
    this.#putOff(id, node, until, setback, now);
    if (setback === "unreached" && this.#mayResolve(node, now)) this.#resolve(id, node, now);
  }

  #resolved(id: string, address: NodeAddress | undefined, now: number): void {
    const node = this.#kept.get(id);
    if (!this.#dialing.delete(id) || !node) return;
    node.found(address, now);
    // It is somewhere else now: what was there doesn't count.
    if (address) this.#history.free(id);
    else if (!this.#rules.dialable(node.address)) this.#tellPause(id, node.lookUpAt, now);
  }

  #left(id: string, setback: Setback, now: number): void {
    const peer = this.#forgetPeer(id);
    const node = this.#kept.get(id);
    if (!peer || !node) return;
    const { history } = this.#rules;
    if (now - peer.since >= history) node.setbacks = 0;
    const pause = setback === "refused" ? history : this.#nextPause(node);
    this.#putOff(id, node, now + pause, setback, now);
  }

  #forgetPeer(id: string): Connected | undefined {
    const peer = this.#connected.get(id);
    if (peer?.scheduled) this.#scheduled--;
    this.#connected.delete(id);
    return peer;
  }

  #countInbound(id: string, by: 1 | -1): void {
    const count = (this.#inbound.get(id) ?? 0) + by;
    if (count > 0) this.#inbound.set(id, count);
    else this.#inbound.delete(id);
  }

  #forgetSetbacks(refusedToo: boolean): void {
    this.#history.freeAll(refusedToo);
    for (const node of this.#kept.values()) node.forgive();
  }

  #nextPause({ setbacks }: KeptNode): number {
    const { firstPause: first, history: max, random } = this.#rules;
    return redialPause(setbacks, { first, max }, random());
  }

  #putOff(id: string, node: KeptNode, until: number, setback: Setback, now: number): void {
    node.setbacks++;
    this.#history.hold(id, until, setback === "refused");
    this.#tellPause(id, until, now);
  }

  #tellPause(id: string, until: number, now: number): void {
    this.#actions.push({ type: "wait", id, pauseMs: until - now });
  }

  // --- what to do ---

  #schedule(now: number): void {
    const ready = [...this.#kept].filter(([id, node]) => this.#isReady(id, node, now));
    while (ready.length > 0 && this.#freeSlots() > 0) {
      const [[id, node] = []] = ready.splice(Math.floor(this.#rules.random() * ready.length), 1);
      if (id === undefined || !node) break;
      if (this.#rules.dialable(node.address)) this.#dial(id, node.address, now, node);
      else this.#resolve(id, node, now);
    }
    if (this.#hasRoom(now)) this.#takeCandidate(now);
    if (this.#hasRoom(now) && this.#candidates.ask(now)) this.#actions.push({ type: "pull" });
    this.#wakeAt = this.#nextMoment(now);
  }

  /** Twice as many dials as there are places: many fail. */
  #freeSlots(): number {
    const { maxDialPeers, maxActiveDials } = this.#rules;
    return Math.min((maxDialPeers - this.#scheduled) * 2, maxActiveDials) - this.#dialing.size;
  }

  /** For one more candidate. */
  #hasRoom(now: number): boolean {
    const full = this.#connected.size >= this.#rules.maxPeers;
    return !full && this.#freeSlots() > 0 && this.#history.fullUntil(now) === 0;
  }

  #isReady(id: string, node: KeptNode, now: number): boolean {
    const refusal = this.#refusal(id, node.address, now);
    if (refusal === "no-address") return !this.#dialing.has(id) && this.#mayResolve(node, now);
    return refusal === undefined;
  }

  #takeCandidate(now: number): void {
    const candidate = this.#candidates.take();
    if (!candidate) return;
    const { id, address } = candidate;
    const refusal = this.#refusal(id, address, now);
    if (refusal === undefined) {
      this.#candidates.dialed();
      this.#dial(id, address, now);
    } else {
      this.#candidates.refused(now);
      this.#actions.push({ type: "refuse", id, static: false, refusal });
    }
  }

  #dial(id: string, address: NodeAddress, now: number, node?: KeptNode): void {
    this.#history.hold(id, now + this.#rules.history);
    this.#dialing.add(id);
    const attempt = (node?.setbacks ?? 0) + 1;
    this.#actions.push({ type: "dial", id, address, static: node !== undefined, attempt });
  }

  #resolve(id: string, node: KeptNode, now: number): void {
    this.#dialing.add(id);
    node.lookedUp(now);
    this.#actions.push({ type: "resolve", id, address: node.address });
  }

  #mayResolve({ lookUpAt }: KeptNode, now: number): boolean {
    return this.#rules.canResolve && now >= lookUpAt;
  }

  /** Why the node may not be dialed now, in go-ethereum's order. */
  #refusal(id: string, address: NodeAddress, now: number): DialRefusal | undefined {
    const { self, dialable, allowed } = this.#rules;
    if (id === self) return "self";
    if (!dialable(address)) return "no-address";
    if (this.#dialing.has(id)) return "dialing";
    if (this.#connected.has(id)) return "connected";
    if (this.#inbound.has(id)) return "inbound";
    if (!allowed(address)) return "restricted";
    return this.#history.until(id) > now ? "recent" : undefined;
  }

  /** The next moment at which time alone changes something. */
  #nextMoment(now: number): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    const consider = (moment: number): void => {
      if (moment > now && moment < next) next = moment;
    };
    for (const [id, { address, lookUpAt }] of this.#kept) {
      if (this.#dialing.has(id) || this.#connected.has(id)) continue;
      consider(this.#rules.dialable(address) ? this.#history.until(id) : lookUpAt);
    }
    consider(this.#candidates.notBefore);
    consider(this.#history.fullUntil(now));
    return Number.isFinite(next) ? next : undefined;
  }
}

interface Connected {
  readonly since: number;
  readonly scheduled: boolean;
}
