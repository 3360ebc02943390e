/**
 * A relay: a node that moves bytes between others, and reads none of them.
 * @see docs/wire/relay.md
 * @module
 */

import type { InboundInfo, Peer } from "@peerkit/core";
import {
  DiscReason,
  formatNodeAddress,
  Server,
  simpleClientIdentity,
  VERSION,
} from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import type { SubprotocolTaker } from "@peerkit/ws";
import { webSocket } from "@peerkit/ws";
import { RelayCode } from "../wire/codes.ts";
import { offersIn, PIPE_SUBPROTOCOL, pipeOffer, tokenIn } from "../wire/pipe-offer.ts";
import { Budgets } from "./budgets/budgets.ts";
import { Control } from "./control.ts";
import { RelayCounts } from "./counts.ts";
import { Doorway } from "./doorway.ts";
import { Neighbours } from "./neighbours/neighbours.ts";
import type { RelayBounds, RelayConfig, RelayOptions, RelayPolicy } from "./options.ts";
import { resolveOptions, resolvePolicy } from "./options.ts";
import { Pipes } from "./pipes/pipes.ts";
import { dialTarget } from "./policy/dial-target.ts";
import type { Policy } from "./policy/policy.ts";
import { Reservations } from "./reservations.ts";
import { Rooms } from "./rooms/rooms.ts";

/** Unread bytes of one protocol of one node, and of all: the messages of a relay are short. */
const QUEUE_BYTES = 64 * 1024;
const TOTAL_QUEUE_BYTES = 64 * 1024 * 1024;
/** Of a WebSocket: each of its many connections may hold so much that hasn't come whole. */
const MAX_WEB_SOCKET_BYTES = 128 * 1024;

/** What a relay is doing, and has done since it started. No key, address or peer is in it. */
export interface RelayStats {
  readonly peers: number;
  readonly reservations: number;
  /** Open pipes, and those that wait for their ends. */
  readonly pipes: number;
  readonly rooms: number;
  readonly members: number;
  /** Other relays of its directory that are there. */
  readonly neighbours: number;
  /** Keys, addresses and origins whose budgets are remembered. */
  readonly accounts: number;
  /** Pipes between two nodes that were asked for. */
  readonly circuits: number;
  /** Those of them that went on to another relay. */
  readonly onward: number;
  /** Pipes to its nodes that other relays asked for. */
  readonly answered: number;
  /** Pipes to TCP nodes that were asked for. */
  readonly bridges: number;
  /** Pipes whose ends both came. */
  readonly opened: number;
  /** Through all pipes, both ways together. */
  readonly bytes: number;
  /** Refused requests, by the name of the code in docs/wire/relay.md. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Ended pipes, by the name of the code; `InOrder` for none, `Other` for an end's own reason. */
  readonly ends: Readonly<Record<string, number>>;
}

/** A relay. Made by {@link createRelay}. */
export class Relay {
  /** The node that it is: its peers, its events, its addresses. */
  readonly server: Server;
  /** The bounds that decide how much memory it takes. */
  readonly bounds: RelayBounds;
  readonly #config: RelayConfig;
  readonly #budgets: Budgets;
  readonly #doorway: Doorway;
  readonly #reservations: Reservations;
  readonly #pipes: Pipes;
  readonly #rooms: Rooms;
  readonly #control: Control;
  readonly #neighbours: Neighbours | undefined;
  readonly #counts = new RelayCounts();
  #policy: Policy;
  #stopped: Promise<void> | undefined;

  /** See {@link createRelay}. */
  constructor(options: RelayOptions) {
    const config = resolveOptions(options);
    const { clock, rooms, ...counts } = config;
    const { maxPeers, maxPendingPeers, maxReservations, maxPipes, maxMessageBytes } = counts;
    this.#config = config;
    const peers = { maxPeers, maxPendingPeers, maxMessageBytes };
    this.bounds = { ...peers, maxReservations, maxPipes, rooms };
    this.#policy = config.policy;
    this.#budgets = new Budgets(config.limits, clock);
    const { trustedProxies } = config;
    this.#doorway = new Doorway({ budgets: this.#budgets, trustedProxies });
    this.#doorway.origins = config.origins;
    this.#neighbours = this.#newNeighbours();
    this.#reservations = new Reservations({
      clock,
      budgets: this.#budgets,
      max: maxReservations,
      watcher: this.#neighbours,
    });
    this.#pipes = new Pipes(config);
    this.#rooms = new Rooms({ limits: rooms, clock, far: this.#neighbours });
    this.#control = this.#newControl();
    this.server = this.#newServer(options);
  }

  /** Its addresses, after `start`. Those with `enode+ws` or `enode+wss` are for `via`. */
  get urls(): readonly string[] {
    return this.server.urls;
  }

  get stats(): RelayStats {
    const { circuits, onward, answered, bridges, opened, bytes, refusals, ends } = this.#counts;
    return {
      peers: this.server.peerCount,
      reservations: this.#reservations.size,
      pipes: this.#pipes.size,
      rooms: this.#rooms.size,
      members: this.#rooms.members,
      accounts: this.#budgets.size,
      neighbours: this.#neighbours?.size ?? 0,
      ...{ circuits, onward, answered, bridges, opened, bytes, refusals, ends },
    };
  }

  /**
   * Resolves when all listeners are open, and the other relays of the directory are known. Rejects as
   * `Server.start` does, and with `P2P_ERR_RELAY_DIRECTORY`; then it is stopped.
   */
  async start(): Promise<void> {
    await this.server.start();
    try {
      await this.#neighbours?.start(this.#pipeAddress());
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Puts another policy in place of the one before; what isn't named gets its default. Pipes that are
   * open stay so.
   * @throws As {@link createRelay}; then nothing has changed.
   */
  reload(policy: RelayPolicy): void {
    const resolved = resolvePolicy(policy);
    this.#policy = resolved.policy;
    this.#doorway.origins = resolved.origins;
    this.#budgets.limits = resolved.limits;
  }

  /**
   * Tells all nodes that it stops, refuses what is new, lets them go at random moments within the
   * time, in ms, so that they don't come back all at once, and stops. Resolves as `stop` does.
   */
  async drain(withinMs: number): Promise<void> {
    const { clock, random } = this.#config;
    this.#doorway.draining = true;
    this.#control.drain(withinMs);
    const [word] = new Uint32Array(random(new Uint8Array(4)).slice().buffer);
    let state = (word ?? 0) >>> 0;
    for (const peer of this.server.peers) {
      // When a node goes is no secret: one random number is enough for all of them.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      clock.setTimer((state / 2 ** 32) * withinMs, () =>
        peer.disconnect(DiscReason.ClientQuitting),
      );
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(withinMs, resolve);
    });
    await this.stop();
  }

  /** Ends all pipes, leaves all nodes, frees the ports. Idempotent. Rejects as `Server.stop` does. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    this.#pipes.endAll({ reason: RelayCode.Draining, text: "" });
    await this.#neighbours?.stop();
    await this.server.stop();
  }

  /** Where the others open pipes. */
  #pipeAddress(): string {
    const { pipeAddress } = this.#config;
    if (pipeAddress) return formatNodeAddress({ ...pipeAddress, publicKey: this.server.publicKey });
    const url = this.urls.find((url) => url.startsWith("enode+ws"));
    if (url !== undefined) return url;
    throw new TypeError("directory: other relays need a ws or wss address in listen, or a pipeUrl");
  }

  #newNeighbours(): Neighbours | undefined {
    const { directory, clock, random, logger } = this.#config;
    if (!directory) return undefined;
    return new Neighbours({
      ...{ directory, clock, random, logger },
      transportFor: (token) => webSocket({ clock, offer: pipeOffer(token) }),
      answer: (question) => this.#control.answer(question),
      onRoom: (topic, change) => this.#rooms.changeFar(topic, change),
    });
  }

  #newControl(): Control {
    const { clock, lookup, maxPipes } = this.#config;
    const neighbours = this.#neighbours;
    const transport = tcp({ clock });
    return new Control({
      clock,
      maxPipes,
      budgets: this.#budgets,
      reservations: this.#reservations,
      pipes: this.#pipes,
      counts: this.#counts,
      peers: () => this.server.peers,
      partyOf: (peer: Peer) => this.#doorway.partyAt(peer.remoteAddress),
      refusal: (target) => this.#policy.refusal(target),
      dial: (target) => dialTarget(target, { policy: this.#policy, tcp: transport, clock, lookup }),
      pipeTo: neighbours && ((question) => neighbours.pipeTo(question)),
    });
  }

  #newServer(options: RelayOptions): Server {
    const { listen, clock, random, logger } = this.#config;
    const { maxPeers, maxPendingPeers, maxMessageBytes } = this.bounds;
    const { server, privateKey, metrics } = options;
    const sockets = webSocket({
      clock,
      takers: [this.#pipeTaker()],
      maxMessageBytes: MAX_WEB_SOCKET_BYTES,
      ...(server && { server }),
    });
    return new Server({
      privateKey,
      name: options.name ?? simpleClientIdentity("peerkit-relay", VERSION),
      listen,
      maxPeers,
      maxPendingPeers,
      // It dials no node by itself, and counts who comes by budgets of its own.
      noDial: true,
      inboundLimit: false,
      transports: [this.#doorway.guard(sockets), this.#doorway.guard(tcp({ clock }))],
      protocols: [this.#control.protocol, this.#rooms.protocol, ...(options.protocols ?? [])],
      maxMessageBytes,
      maxQueuedBytes: QUEUE_BYTES,
      maxTotalQueuedBytes: TOTAL_QUEUE_BYTES,
      metrics,
      clock,
      random,
      logger,
    });
  }

  /** What another relay opens for its nodes has passed the budgets there. */
  #admitPipe(info: InboundInfo): ReturnType<Doorway["admit"]> {
    return this.#pipes.isForRelay(tokenIn(offersIn(info))) || this.#doorway.admit(info);
  }

  #pipeTaker(): SubprotocolTaker {
    return {
      subprotocol: PIPE_SUBPROTOCOL,
      admit: (info) => this.#admitPipe(info),
      onStream: (stream, offered) => {
        this.#doorway.entered(stream);
        this.#pipes.claim(tokenIn(offered), stream);
      },
    };
  }
}

/**
 * Makes a relay; `start` opens it. By default it takes tabs and programs from anywhere, lets them
 * reach each other, and dials no TCP node at all.
 * @throws TypeError or RangeError naming the option that is wrong; P2PError `P2P_ERR_BAD_ADDRESS` for
 * an address in `allow` or `listen`.
 */
export function createRelay(options: RelayOptions = {}): Relay {
  return new Relay(options);
}
