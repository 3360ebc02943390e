/**
 * Does what the dial scheduler decides: dials, looks nodes up, pulls candidates, and tells of it.
 * @module
 */

import type { AbortControl } from "../../env.ts";
import { newAbortController } from "../../env.ts";
import type { P2PErrorCode } from "../../errors.ts";
import { DisconnectError, P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import { setTimeLimit } from "../../time-limit.ts";
import type { PeerSet } from "../admission/peer-set.ts";
import type { EventHub, ServerEvent } from "../events.ts";
import type { ServerConfig } from "../options.ts";
import type { DialAction, DialEvent } from "./dial-events.ts";
import { FairMix } from "./fair-mix.ts";
import type { Outbound } from "./outbound.ts";
import { DialScheduler } from "./scheduler.ts";
import { setbackOfDial, setbackOfDrop } from "./setback.ts";

/** What a dialer needs of its server. */
export interface DialerOptions {
  readonly config: ServerConfig;
  /** Our own node id. */
  readonly self: string;
  readonly peers: PeerSet;
  readonly events: EventHub;
  readonly outbound: Outbound;
}

/** The scheduler of one server at work. What its methods mean is said in `Dialing`. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #scheduler: DialScheduler;
  readonly #candidates: FairMix<string | NodeAddress>;
  /** What ends each dial and look-up under way. */
  readonly #controls = new Map<string, AbortControl>();
  #cancelWake = (): void => {};
  #stopped = false;

  constructor(options: DialerOptions) {
    const { config, self, outbound } = options;
    this.#options = options;
    this.#scheduler = new DialScheduler({
      self,
      maxPeers: config.maxPeers,
      maxDialPeers: config.maxDialedConns,
      maxActiveDials: config.maxPendingDials,
      firstPause: config.redialDelay,
      history: config.maxRedialDelay,
      canResolve: config.resolve !== undefined,
      dialable: (address) => outbound.dialable(address),
      allowed: (address) => outbound.allowed(address),
      random: () => randomFraction(config.random),
    });
    this.#candidates = new FairMix(candidateSources(config), (error) =>
      config.logger.warn("dialCandidates failed", error),
    );
  }

  /** Begins: with the peers there are, the nodes to keep, and the candidates of the protocols. */
  start(nodes: Iterable<readonly [string, NodeAddress]>): void {
    for (const peer of this.#options.peers) this.#connected(peer.id);
    for (const [id, address] of nodes) this.keep(id, address);
    this.#take({ type: "candidates", available: true });
  }

  /** Ends everything that is under way. */
  stop(): void {
    this.#stopped = true;
    this.#cancelWake();
    this.#candidates.close();
    for (const control of this.#controls.values()) control.abort();
  }

  keep(id: string, address: NodeAddress): void {
    this.#take({ type: "keep", id, address });
  }

  release(id: string): void {
    this.#take({ type: "release", id });
  }

  redial(refusedToo: boolean): void {
    this.#take({ type: "redial", refusedToo });
  }

  /** Takes what the server tells of its peers. */
  onEvent(event: ServerEvent): void {
    if (event.type === "add") {
      this.#connected(event.peer);
    } else if (event.type === "drop") {
      const { peer: id, code, error, reason, remote } = event;
      const left: DialEvent = { type: "left", id, setback: setbackOfDrop(reason) };
      this.#take(left, { code, error, reason, remote });
    }
  }

  /** A connection from the node is in its handshake, or no longer. */
  onInbound(id: string, pending: boolean): void {
    this.#take({ type: "inbound", id, pending });
  }

  #connected(id: string): void {
    const peer = this.#options.peers.get(id);
    const scheduled = peer?.staticDialed === true || peer?.dynDialed === true;
    this.#take({ type: "connected", id, scheduled });
  }

  /** `why`: what went wrong with the node that the event is about. */
  #take(event: DialEvent, why?: Why): void {
    if (this.#stopped) return;
    const { clock } = this.#options.config;
    for (const action of this.#scheduler.take(event, clock.now())) this.#do(action, why);
    this.#cancelWake();
    const { wakeAt } = this.#scheduler;
    if (wakeAt === undefined) return;
    this.#cancelWake = clock.setTimer(wakeAt - clock.now(), () => this.#take({ type: "wake" }));
  }

  #do(action: DialAction, why: Why | undefined): void {
    const { events } = this.#options;
    switch (action.type) {
      case "dial": {
        const { id: peer, static: isStatic, attempt } = action;
        events.emit({ type: "dial", state: "start", peer, static: isStatic, attempt });
        void this.#dial(action);
        return;
      }
      case "resolve":
        void this.#resolve(action.id, action.address);
        return;
      case "cancel":
        this.#controls.get(action.id)?.abort(released());
        return;
      case "pull":
        void this.#pull();
        return;
      case "wait": {
        const { id: peer, pauseMs } = action;
        events.emit({ type: "dial", state: "wait", peer, static: true, pauseMs, ...why });
        return;
      }
      case "refuse": {
        const { id: peer, static: isStatic, refusal } = action;
        events.emit({ type: "dial", state: "refuse", peer, static: isStatic, refusal });
      }
    }
  }

  async #dial(action: Extract<DialAction, { type: "dial" }>): Promise<void> {
    const { id, address } = action;
    const control = this.#newControl(id);
    const { signal } = control;
    try {
      const dialed = action.static ? "static" : "dynamic";
      await this.#options.outbound.connect(address, { signal, dialed });
      this.#over(id, control, { type: "dialed", id });
    } catch (error) {
      if (signal.aborted) return this.#over(id, control, { type: "dialed", id });
      const why = whyOf(error);
      const setback = setbackOfDial(why.code, why.reason);
      this.#over(id, control, { type: "dialed", id, setback }, why);
    }
  }

  async #resolve(id: string, node: NodeAddress): Promise<void> {
    const control = this.#newControl(id);
    const { config, outbound } = this.#options;
    let address: NodeAddress | undefined;
    try {
      const { signal } = control;
      const found = await within(config, control, config.resolve?.(node, { signal }));
      address = found === undefined ? undefined : outbound.address(found);
      // Whoever else was found isn't who is wanted.
      if (address && nodeId(address.publicKey) !== id) address = undefined;
    } catch (error) {
      config.logger.warn("resolve failed", id, error);
    }
    this.#over(id, control, { type: "resolved", id, address });
  }

  async #pull(): Promise<void> {
    const next = await this.#candidates.next();
    if (!next) return this.#take({ type: "candidates", available: false });
    this.#take({ type: "candidate", candidate: this.#readCandidate(next.value) });
  }

  #readCandidate(node: string | NodeAddress) {
    try {
      const address = this.#options.outbound.address(node);
      return { id: nodeId(address.publicKey), address };
    } catch (error) {
      this.#options.config.logger.warn("dialCandidates gave no address", error);
      return undefined;
    }
  }

  #newControl(id: string): AbortControl {
    const control = newAbortController();
    this.#controls.set(id, control);
    return control;
  }

  #over(id: string, control: AbortControl, event: DialEvent, why?: Why): void {
    if (this.#controls.get(id) === control) this.#controls.delete(id);
    this.#take(event, why);
  }
}

/** One for each name of a protocol, as in go-ethereum. */
function candidateSources({ protocols }: ServerConfig): AsyncIterable<string | NodeAddress>[] {
  const sources = new Map<string, AsyncIterable<string | NodeAddress>>();
  for (const { name, dialCandidates } of protocols) {
    if (dialCandidates && !sources.has(name)) sources.set(name, dialCandidates);
  }
  return [...sources.values()];
}

/** As a drop has it. */
interface Why {
  readonly code: P2PErrorCode;
  readonly error: string;
  readonly reason: number | undefined;
  readonly remote: boolean;
}

function whyOf(error: unknown): Why {
  // A transport that throws something else couldn't dial either.
  if (!P2PError.is(error)) {
    return { code: "P2P_ERR_DIAL_FAILED", error: String(error), reason: undefined, remote: false };
  }
  const { code, message, reason } = error;
  return { code, error: message, reason, remote: error instanceof DisconnectError && error.remote };
}

/** A look-up holds a slot: it has no more time than a dial. */
function within<T>(
  { clock, dialTimeout }: ServerConfig,
  control: AbortControl,
  work: T,
): Promise<T> {
  const { signal } = control;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = setTimeLimit(clock, dialTimeout, () => control.abort());
    signal.addEventListener("abort", end, { once: true });
    Promise.resolve(work).then(resolve, reject).finally(cancel);
  });
}

function released(): P2PError {
  return new P2PError("the node is not wanted any more", { code: "P2P_ERR_DIAL_FAILED" });
}

/** From 0 up to, but not including, 1. */
function randomFraction(random: ServerConfig["random"]): number {
  const bytes = random(new Uint8Array(4));
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
}
