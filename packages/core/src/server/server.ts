/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A node: it listens, dials, and runs protocols with its peers. go-ethereum's `p2p.Server`.
 * @module
 */

import type { Peer } from "../devp2p/peer.ts";
import { DiscReason, P2PError } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import { formatNodeAddress } from "../node/address-text.ts";
import { nodeId } from "../node/id.ts";
import { LocalNode } from "../node/local-node.ts";
import type { AbortOptions } from "../transport.ts";
import { idOfNode } from "./admission/node-option.ts";
import { Roster } from "./admission/roster.ts";
import { Dialing } from "./dialing/dialing.ts";
import { Outbound } from "./dialing/outbound.ts";
import type { ServerEvent } from "./events.ts";
import { EventHub } from "./events.ts";
import type { NodeInfo, PeerInfo } from "./info.ts";
import { nodeInfo, peersInfo } from "./info.ts";
import { Life } from "./life.ts";
import { dialable } from "./listening/dialable.ts";
import { Inbound } from "./listening/inbound.ts";
import { Memory } from "./memory/memory.ts";
import { ServerMetrics } from "./metrics.ts";
import type { ServerConfig, ServerOptions } from "./options.ts";
import { resolveOptions } from "./options.ts";
import { Connections } from "./set-up/connections.ts";
import { Workshop } from "./set-up/workshop.ts";
import type { TransportHost } from "./transport-host.ts";

/**
 * A node. Make it, `start` it, `stop` it; it isn't started again after that. Every failure of one
 * peer ends that peer only.
 */
export class Server {
  /** Our node id: 64 hex digits, the keccak-256 of the public key. */
  readonly id: string;
  /** 64 bytes. */
  readonly publicKey: Uint8Array;
  /** Our record. `start` puts the listeners into it; what is set before stays. */
  readonly localNode: LocalNode;

  readonly #config: ServerConfig;
  readonly #life = new Life();
  readonly #events: EventHub;
  readonly #roster: Roster;
  readonly #memory: Memory;
  readonly #workshop: Workshop;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  readonly #dialing: Dialing;
  #stopped: Promise<void> | undefined;

  /** @throws TypeError or RangeError naming the option that is wrong. */
  constructor(options: ServerOptions = {}) {
    const config = resolveOptions(options);
    const { clock, logger } = config;
    const metrics = config.metrics && new ServerMetrics(config.metrics, clock);
    const life = this.#life;
    this.#config = config;
    const localNode = new LocalNode({
      privateKey: config.privateKey,
      database: config.nodeDatabase,
      entries: config.protocols.flatMap(({ attributes = [] }) => attributes),
      onDatabaseError: (error) => logger.warn("sequence number not kept", error),
    });
    const { publicKey, id: self } = localNode;
    this.localNode = localNode;
    this.publicKey = publicKey;
    this.id = self;
    const events = new EventHub((event) => {
      metrics?.onEvent(event);
      this.#memory.onEvent(event);
      this.#dialing.onEvent(event);
    });
    const roster = new Roster({ config, self, events });
    const { peers } = roster;
    const memory = new Memory({ self, peers, clock, logger });
    const workshop = new Workshop(config);
    const onInbound = (id: string, pending: boolean): void => this.#dialing.onInbound(id, pending);
    const needs = { config, publicKey, roster, events, memory, workshop, metrics, onInbound };
    const connections = new Connections(needs);
    const outbound = new Outbound({ config, roster, connections, life, metrics });
    this.#inbound = new Inbound({ config, events, localNode, connections, life, metrics });
    this.#dialing = new Dialing({ config, self, peers, events, outbound });
    this.#outbound = outbound;
    this.#workshop = workshop;
    this.#memory = memory;
    this.#roster = roster;
    this.#events = events;
  }

  /** The connected peers, as they are now. */
  get peers(): readonly Peer[] {
    return [...this.#roster.peers];
  }

  get peerCount(): number {
    return this.#roster.peers.size;
  }

  /** How many peers may have dialed us; trusted ones come on top. */
  get maxInboundConns(): number {
    return this.#config.maxInboundConns;
  }

  /** How many peers the server dials by itself at most. */
  get maxDialedConns(): number {
    return this.#config.maxDialedConns;
  }

  /**
   * Our address: that of the first listener, at our record's IP address where it listens on all
   * interfaces; without a listener one without a host.
   */
  get self(): NodeAddress {
    const { publicKey, localNode } = this;
    const [first] = this.#inbound.addresses;
    return first ? dialable(first, publicKey, localNode.ip) : { publicKey, scheme: "tcp" };
  }

  /** After `start`: one whole dialable address for each listener, with the real port. */
  get urls(): readonly string[] {
    return this.#inbound.addresses.map((address) =>
      formatNodeAddress(dialable(address, this.publicKey)),
    );
  }

  /** What we are, as JSON with go-ethereum's field names. */
  nodeInfo(): NodeInfo {
    const { name, protocols } = this.#config;
    const { self, localNode } = this;
    return nodeInfo({ name, self, localNode, protocols, listeners: this.#inbound.addresses });
  }

  /** What our peers are, as JSON with go-ethereum's field names, in order of their ids. */
  peersInfo(): readonly PeerInfo[] {
    return peersInfo(this.#roster.peers, this.#config.protocols);
  }

  /**
   * Opens the listeners; resolves when all are open.
   * @throws P2PError `P2P_ERR_LISTEN_FAILED`, `P2P_ERR_NO_TRANSPORT`; `P2P_ERR_NOT_RUNNING` when it
   * was started before; what `nodeDatabase` rejects with.
   */
  async start(): Promise<void> {
    const { nodeDatabase, logger } = this.#config;
    this.#life.begin();
    // Each connection waits for it; the first finds it ready, or learns why it isn't.
    this.#workshop.prepare().catch(() => {});
    await Promise.all([this.localNode.load(), this.#memory.load(nodeDatabase)]);
    this.#attachTransports();
    await this.#inbound.open();
    logger.info("listening", ...this.urls);
    this.#dialing.start();
  }

  /**
   * Closes the listeners, leaves every peer with `ClientQuitting` and waits for their protocols.
   * Idempotent; leaves nothing that keeps the event loop alive.
   * @throws P2PError `P2P_ERR_STOP_TIMEOUT`, naming the protocols that are still running.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Connects to a node, once; of a record, at the first address that a transport takes. Resolves to
   * the peer when it is admitted and every `run` has been called; at once for a node that is
   * connected already. Rejects with why it failed: a `DisconnectError` when either side refused,
   * another `P2PError` else, the signal's reason when it was aborted.
   *
   * The other side may leave as soon as this has resolved; `peer.closed` says why. In a sealed
   * session that includes its refusal of our key, which it can't be sure of before.
   */
  async connect(node: string | NodeAddress, options: AbortOptions = {}): Promise<Peer> {
    const address = this.#outbound.address(node);
    this.#life.requireRunning();
    options.signal?.throwIfAborted();
    return this.#outbound.connect(address, options);
  }

  /**
   * Stays connected to a node from now on: it is dialed when a slot is free, and again whenever it is
   * lost, after a pause; `events()` tells when. An address for a node that is kept already replaces the
   * one before. go-ethereum's `AddPeer`.
   * @throws P2PError `P2P_ERR_BAD_ADDRESS`; `P2P_ERR_NOT_RUNNING` (before `start`, use `staticNodes`).
   */
  addPeer(node: string | NodeAddress): void {
    this.#life.requireRunning();
    this.#dialing.keep(node);
  }

  /**
   * Stays connected to a node no longer, and leaves it with `Requested`. Resolves when it is no peer any
   * more, which takes until its protocols have ended: don't wait for that in `run`. Does nothing for a
   * node that is neither. go-ethereum's `RemovePeer`.
   * @throws P2PError `P2P_ERR_BAD_ADDRESS`.
   */
  async removePeer(node: string | NodeAddress): Promise<void> {
    const id = nodeId(this.#outbound.address(node).publicKey);
    this.#dialing.release(id);
    await this.#roster.leave(id, DiscReason.Requested);
  }

  /**
   * Dials those at once that wait to be dialed again: call it when the network is back. In a page that
   * happens by itself, and when the page is looked at again, then without those that refused us.
   */
  redial(): void {
    this.#dialing.redial(true);
  }

  /**
   * Lets a node in above `maxPeers` and `dialRatio` from now on, by its address, its record or the
   * parts of its address; marks it if it is connected. It isn't dialed.
   * @throws TypeError or RangeError when it is none.
   */
  addTrustedPeer(node: string | NodeAddress): void {
    this.#roster.peers.setTrusted(idOfNode(node, "node"), true);
  }

  /**
   * Takes that back. A node that is connected stays so.
   * @throws TypeError or RangeError when it is none.
   */
  removeTrustedPeer(node: string | NodeAddress): void {
    this.#roster.peers.setTrusted(idOfNode(node, "node"), false);
  }

  /**
   * Takes RLPx v5 from a node again, by its id, though it has had a sealed session with this
   * server: without this call that is refused as a downgrade.
   */
  forgetSealed(id: string): void {
    this.#memory.pins.delete(id);
  }

  /**
   * Watches the server from now on. Ends with the server, on the signal, or when the loop is left.
   * A slow reader loses events and is told how many; it never holds anything up.
   */
  events(options?: AbortOptions): AsyncIterableIterator<ServerEvent> {
    return this.#events.subscribe(options);
  }

  #attachTransports(): void {
    const { transports, clock, random, logger } = this.#config;
    const host: TransportHost = {
      publicKey: this.publicKey,
      signal: this.#life.signal,
      clock,
      random,
      logger,
      connect: (node, options) => this.connect(node, options),
      accept: (stream, scheme) => this.#inbound.take(stream, scheme),
    };
    for (const transport of transports) transport.attach?.(host);
  }

  async #stop(): Promise<void> {
    this.#life.close();
    this.#dialing.stop();
    this.#life.end();
    const [stillRunning] = await Promise.all([
      this.#roster.leaveAll(this.#config.stopTimeout),
      this.#inbound.close(),
      this.#workshop.close(),
    ]);
    await this.#memory.end();
    this.#events.end();
    if (stillRunning.length === 0) return;
    throw new P2PError(
      `stopped, but protocols are still running: ${stillRunning.join(", ")}; end run when its signal is aborted`,
      { code: "P2P_ERR_STOP_TIMEOUT" },
    );
  }
}
