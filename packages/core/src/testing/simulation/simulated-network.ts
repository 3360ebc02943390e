/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Whole servers on a network that isn't there: virtual time, links with latency and loss, partitions
 * and crashes, all by chance that can be repeated.
 * @module
 */

import { generatePrivateKey } from "../../crypto/secp256k1.ts";
import type { Peer } from "../../devp2p/peer.ts";
import type { ServerOptions, TestKitOptions } from "../../server/options.ts";
import { SESSION_OPENER } from "../../server/options.ts";
import { Server } from "../../server/server.ts";
import { loadParts } from "../../server/set-up/load-parts.ts";
import { openSession } from "../../session/open-session.ts";
import type { LinkOptions } from "./conditions.ts";
import { resolveConditions } from "./conditions.ts";
import type { SimulationEvent, SimulationFact } from "./event.ts";
import type { Host } from "./fabric.ts";
import { Fabric } from "./fabric.ts";
import { openPlainSession } from "./plain-session.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What a simulated network is like. All options are optional. */
export interface SimulationOptions extends LinkOptions {
  /** An integer. The same seed and the same test give the same log. @default 1 */
  readonly seed?: number | undefined;
  /**
   * "none": keys are told and not proved, nothing is encrypted, and a thousand nodes are no burden.
   * "rlpx": the real handshakes and sessions, sealed ones included. @default "none"
   */
  readonly cryptography?: "none" | "rlpx" | undefined;
}

/** A server's options, but for what the network brings. */
export type SimulatedNodeOptions = Omit<
  ServerOptions,
  "transports" | "listen" | "clock" | "random"
> & {
  /** Whether it listens. @default true */
  readonly listens?: boolean | undefined;
};

/** A server on a machine of its own. */
export interface SimulatedNode {
  /** What the log calls it: `n1`, `n2`, … */
  readonly name: string;
  readonly server: Server;
}

/** How long `until` moves time on, in ms. */
const UNTIL_MS = 60_000;

type SessionOptions = Pick<TestKitOptions, "sealed" | typeof SESSION_OPENER>;

const PLAIN: SessionOptions = { sealed: "off", [SESSION_OPENER]: openPlainSession };

/** Real handshakes, whose arithmetic doesn't wait its turn: that would be real time. */
const REAL: SessionOptions = {
  [SESSION_OPENER]: (stream, options) => openSession(stream, { ...options, work: undefined }),
};

/** Every node listens there, on a machine of its own. */
const PORT = 30_303;

/**
 * Makes an empty network.
 * @throws RangeError naming the option that is wrong.
 */
export function simulatedNetwork(options: SimulationOptions = {}): SimulatedNetwork {
  return new SimulatedNetwork(options);
}

/**
 * Servers and the network between them. Time stands still but in `advance`, `until` and what is built
 * on them. Whatever the servers do then is repeated by the same seed, as long as the test's
 * protocols wait for nothing but messages, promises and the network's clock.
 */
export class SimulatedNetwork {
  /**
   * All that happened, in order.
   * UNBOUNDED: it is what a simulation is for, and ends with it.
   */
  readonly log: SimulationEvent[] = [];
  /** For what a test waits for itself. */
  readonly clock;
  readonly #time = new VirtualTime();
  readonly #seed: number;
  readonly #plain: boolean;
  readonly #fabric: Fabric;
  readonly #hosts = new Map<SimulatedNode, Host>();

  constructor(options: SimulationOptions) {
    const { seed = 1, cryptography = "none" } = options;
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: expected an integer, got ${seed}`);
    if (cryptography !== "none" && cryptography !== "rlpx") {
      throw new RangeError(`cryptography: expected "none" or "rlpx", got ${cryptography}`);
    }
    this.clock = this.#time.clock;
    this.#seed = seed;
    this.#plain = cryptography === "none";
    this.#fabric = new Fabric({
      clock: this.clock,
      seed,
      conditions: resolveConditions(options),
      onFact: (fact) => this.#tell(fact),
    });
  }

  /** Streams that are open, both ends of each connection counted. 0 when all servers have stopped. */
  get openStreams(): number {
    return this.#fabric.openStreams;
  }

  /** Makes a server on a machine of its own and starts it. Without a `privateKey` the seed gives one. */
  async add({ listens = true, ...options }: SimulatedNodeOptions = {}): Promise<SimulatedNode> {
    // Loading takes real time, which no server may have to wait for later.
    await loadParts("prefer");
    const host = this.#fabric.addHost(`n${this.#hosts.size + 1}`);
    const random = new SeededRandom(this.#seed, host.place).fill;
    const all: TestKitOptions = {
      privateKey: generatePrivateKey(random),
      ...options,
      ...(this.#plain ? PLAIN : REAL),
      transports: [this.#fabric.transport(host)],
      listen: listens ? [`memory://${host.address}:${PORT}`] : [],
      clock: this.clock,
      random,
    };
    const node = { name: host.name, server: new Server(all) };
    this.#hosts.set(node, host);
    void this.#watch(node);
    await node.server.start();
    return node;
  }

  /**
   * Connects two nodes, moving time on until it is known how that went. Settles as `Server.connect`
   * does, but not before the dialed node has the peer too, or the first one has lost it.
   */
  async connect(from: SimulatedNode, to: SimulatedNode): Promise<Peer> {
    const peer = await this.until(from.server.connect(to.server.self));
    const isKnown = (): boolean =>
      to.server.peers.some(({ id }) => id === from.server.id) || !from.server.peers.includes(peer);
    await this.#time.untilTrue(isKnown, UNTIL_MS);
    return peer;
  }

  /** Moves time on by `ms`; everything that is due by then has happened when it resolves. */
  advance(ms: number): Promise<void> {
    return this.#time.advance(ms);
  }

  /**
   * Moves time on until the work has settled, and settles as it does.
   * @throws Error when it hasn't after `ms`, 60,000 if left out, or when nothing is left to wait for.
   */
  until<T>(work: Promise<T>, ms = UNTIL_MS): Promise<T> {
    return this.#time.until(work, ms);
  }

  /**
   * From now on nodes reach only those of their own group; those in no group are one more. What was
   * on its way is held, and comes when the network has healed, if both ends still want it.
   */
  partition(...groups: readonly (readonly SimulatedNode[])[]): void {
    this.#tell({ type: "partition", groups: groups.map((group) => group.map(({ name }) => name)) });
    this.#fabric.partition(groups.map((group) => group.map((node) => this.#host(node))));
  }

  /** Ends a partition. */
  heal(): void {
    this.#tell({ type: "heal" });
    this.#fabric.heal();
  }

  /** Breaks every connection between two nodes: both ends see it at once. */
  disrupt(first: SimulatedNode, second: SimulatedNode): void {
    this.#fabric.break(this.#host(first), this.#host(second));
  }

  /**
   * Ends a node as a power cut does: its peers hear nothing more. With `silent: false` its machine
   * lives on and resets their connections, as when a process is killed. It doesn't come back.
   */
  crash(node: SimulatedNode, { silent = true } = {}): void {
    const host = this.#host(node);
    this.#tell({ type: "crash", node: node.name });
    this.#fabric.crash(host, silent ? "silent" : "told");
    // What it says to that is nobody's business: it isn't there any more.
    node.server.stop().catch(() => {});
  }

  /** Stops every server, moving time on as long as that takes. Rejects as the first that fails. */
  async stop(): Promise<void> {
    const stopping = [...this.#hosts.keys()].map(({ server }) => server.stop());
    await this.until(Promise.all(stopping));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #watch({ name, server }: SimulatedNode): Promise<void> {
    for await (const event of server.events()) this.#tell({ type: "server", node: name, event });
  }

  #tell(fact: SimulationFact): void {
    this.log.push({ at: this.clock.now(), ...fact });
  }

  #host(node: SimulatedNode): Host {
    const host = this.#hosts.get(node);
    if (!host) throw new RangeError("expected a node that this network has made");
    return host;
  }
}
