/**
 * Five servers, and whatever may happen to them, in an order that a seed gives. However it went: every
 * dial settles, who is connected is agreed on by both ends, and nothing is left in the end.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { Peer } from "../devp2p/peer.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import { DiscReason } from "../errors.ts";
import { SeededRandom } from "../testing/simulation/seeded-random.ts";
import type { SimulatedNetwork, SimulatedNode } from "../testing/simulation/simulated-network.ts";
import { simulatedNetwork } from "../testing/simulation/simulated-network.ts";
import {
  expectNothingLeft,
  outcome,
  protocolOf,
  untilAborted,
} from "./simulated-pair.test.helper.ts";

const NODES = 5;
const STEPS = 120;
const SEEDS = Array.from({ length: 25 }, (_, at) => at + 1);

/** What may happen, by a draw; each is as likely as it is often here. */
class World {
  readonly network: SimulatedNetwork;
  readonly results: Promise<string>[] = [];
  readonly #random: SeededRandom;
  readonly #nodes: SimulatedNode[] = [];
  /** Those that have neither stopped nor crashed. */
  readonly alive = new Set<SimulatedNode>();

  constructor(seed: number, cryptography: "none" | "rlpx") {
    this.#random = new SeededRandom(seed, 99);
    this.network = simulatedNetwork({ seed, cryptography, loss: 0.02, resets: 0.002 });
  }

  async start(): Promise<void> {
    for (let at = 0; at < NODES; at++) {
      const node = await this.network.add({
        protocols: [this.#protocol("a"), this.#protocol("b")],
      });
      this.#nodes.push(node);
      this.alive.add(node);
    }
  }

  /** Writes, waits, and ends now and then, as it likes. */
  #protocol(name: string): Protocol {
    const run: Protocol["run"] = async (_peer, rw, signal) => {
      const writes = this.#random.below(4);
      for (let at = 0; at < writes; at++) {
        await rw.writeMsg(at, new Uint8Array(this.#random.below(50_000)));
      }
      if (this.#random.chance(0.1)) throw new Error("a protocol's own mistake");
      if (this.#random.chance(0.1)) return;
      if (this.#random.chance(0.5)) await untilAborted(signal);
      for await (const msg of rw) msg.discard();
    };
    return protocolOf(run, name);
  }

  async step(): Promise<void> {
    const { network } = this;
    const node = this.#random.pick(this.#nodes);
    const other = this.#random.pick(this.#nodes);
    const acts: (() => unknown)[] = [
      ...Array.from({ length: 8 }, () => () => this.#connect(node, other)),
      ...Array.from({ length: 4 }, () => () => this.#peer(node)?.disconnect(DiscReason.Requested)),
      () => this.results.push(outcome(this.#peer(node)?.ping() ?? Promise.resolve())),
      () => network.disrupt(node, other),
      () => network.partition([node, other]),
      () => network.heal(),
      () => this.#random.chance(0.1) && this.#end(node),
    ];
    this.#random.pick(acts)();
    await network.advance(this.#random.pick([0, 1, 20, 100, 100, 1_000, 6_000]));
  }

  #connect(node: SimulatedNode, other: SimulatedNode): void {
    const control = new AbortController();
    const result = outcome(node.server.connect(other.server.self, { signal: control.signal }));
    this.results.push(result);
    if (this.#random.chance(0.8)) return;
    this.network.clock.setTimer(this.#random.below(400), () => control.abort(new Error("enough")));
  }

  #peer({ server }: SimulatedNode): Peer | undefined {
    return server.peerCount > 0 ? this.#random.pick(server.peers) : undefined;
  }

  #end(node: SimulatedNode): void {
    if (!this.alive.delete(node)) return;
    if (this.#random.chance(0.5)) this.network.crash(node, { silent: this.#random.chance(0.5) });
    else this.results.push(outcome(node.server.stop()));
  }
}

/** Pairs of ids of those that are connected, as one side sees it. */
function links(nodes: ReadonlySet<SimulatedNode>): string[] {
  const ids = new Set([...nodes].map(({ server }) => server.id));
  const pairs = [...nodes].flatMap(({ server }) =>
    server.peers.filter(({ id }) => ids.has(id)).map(({ id }) => [server.id, id]),
  );
  return pairs.map((pair) => pair.sort().join(" ")).sort();
}

describe.each(["none", "rlpx"] as const)("with %s for cryptography", (cryptography) => {
  const seeds = cryptography === "none" ? SEEDS : SEEDS.slice(0, 5);
  test.each(seeds)("seed %i", async (seed) => {
    const world = new World(seed, cryptography);
    await world.start();
    for (let at = 0; at < STEPS; at++) await world.step();
    world.network.heal();
    // Less than 30 s: silence must not be what makes them agree.
    await world.network.advance(20_000);

    // Two entries for each link: one for each end.
    const seen = links(world.alive);
    const both = seen.filter((link, at) => seen.indexOf(link) !== at);
    expect(seen).toEqual(both.flatMap((link) => [link, link]));
    const results = await world.network.until(Promise.all(world.results));
    expect(results.length).toBeGreaterThan(STEPS / 4);
    expect(results.filter((code) => !/^(done|P2P_ERR_\w+|Error: enough)$/.test(code))).toEqual([]);
    await expectNothingLeft(world.network);
  });
});
