/**
 * Servers on the simulated network: what its links, partitions and crashes do to them, and that the
 * seed repeats it all.
 * @module
 */

import { describe, expect, test } from "vitest";
import { send } from "../../devp2p/message.ts";
import type { Protocol } from "../../devp2p/protocol.ts";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { uint } from "../../wire/schema.ts";
import type { SimulationEvent } from "./event.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { SimulatedNetwork, SimulatedNode, SimulationOptions } from "./simulated-network.ts";
import { simulatedNetwork } from "./simulated-network.ts";

/** Runs until the peer leaves. */
const idle: Protocol = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
});

/** The dialer sends the numbers from 0 on; `heard` gets what arrives. */
const counting = (count: number, heard: (number: number, at: number) => void): Protocol =>
  defineProtocol({
    name: "count",
    version: 1,
    length: 1,
    async run(peer, rw, signal) {
      for (let at = 0; !peer.inbound && at < count; at++) await send(rw, 0, at, uint);
      for await (const msg of rw) heard(msg.decode(uint), msg.receivedAt);
      signal.throwIfAborted();
    },
  });

/** Nodes that all run the protocols. */
async function newNodes(
  network: SimulatedNetwork,
  count: number,
  protocols: readonly Protocol[] = [idle],
): Promise<SimulatedNode[]> {
  const nodes: SimulatedNode[] = [];
  while (nodes.length < count) nodes.push(await network.add({ protocols }));
  return nodes;
}

/** Two of them, connected; the first one has dialed. */
async function newPair(options: SimulationOptions = {}, protocols: readonly Protocol[] = [idle]) {
  const network = simulatedNetwork({ latency: [50, 50], jitter: 0, ...options });
  const [first, second] = (await newNodes(network, 2, protocols)) as [SimulatedNode, SimulatedNode];
  const peer = await network.connect(first, second);
  await network.advance(50);
  return { network, first, second, peer };
}

/** Stops it all; nothing is left then. */
async function stopped(network: SimulatedNetwork): Promise<void> {
  await network.stop();
  expect(network.openStreams).toBe(0);
  expect(network.clock.pending).toBe(0);
}

/** What the servers said, as `node type code` with its time in ms. */
function said({ log }: SimulatedNetwork): string[] {
  return log.flatMap((entry) => {
    if (entry.type !== "server") return [];
    const { at, node, event } = entry;
    const code = "code" in event ? ` ${event.code}` : "";
    return [`${Math.round(at)} ${node} ${event.type}${code}`];
  });
}

/** Each node dials the next ones, so that it has twice as many peers. */
async function connectRing(
  network: SimulatedNetwork,
  nodes: readonly SimulatedNode[],
  next = 4,
): Promise<void> {
  const dials = nodes.flatMap(({ server }, at) =>
    Array.from({ length: next }, (_, step) => {
      const other = nodes[(at + step + 1) % nodes.length];
      return server.connect(other!.server.self);
    }),
  );
  await network.until(Promise.all(dials));
  await network.advance(1_000);
}

describe("the seed", () => {
  const run = async (options: SimulationOptions): Promise<readonly SimulationEvent[]> => {
    const network = simulatedNetwork({ loss: 0.1, resets: 0.002, bandwidth: 50_000, ...options });
    const nodes = await newNodes(network, 6, [counting(20, () => {}), idle]);
    const [first, second, third] = nodes as [SimulatedNode, SimulatedNode, SimulatedNode];
    for (const [at, { server }] of nodes.entries()) {
      const { self } = nodes[(at + 1) % nodes.length]!.server;
      server.connect(self).catch(() => {});
    }
    await network.advance(5_000);
    network.partition([first, second]);
    await network.advance(20_000);
    network.heal();
    network.crash(third);
    await network.advance(60_000);
    await stopped(network);
    return network.log;
  };

  test.each(["none", "rlpx"] as const)(
    "repeats everything, with %s for cryptography",
    async (cryptography) => {
      const first = await run({ cryptography, seed: 7 });
      expect(first.length).toBeGreaterThan(100);
      expect(await run({ cryptography, seed: 7 })).toEqual(first);
      expect(await run({ cryptography, seed: 8 })).not.toEqual(first);
    },
  );
});

describe("a link", () => {
  test("takes its latency each way", async () => {
    const { network, peer } = await newPair();
    // There and back for the connection, for the keys, and the dialed node's Hello comes with them.
    expect(said(network)).toEqual(["200 n1 add", "250 n2 add"]);
    expect(await network.until(peer.ping())).toBe(100);
    await stopped(network);
  });

  test("adds jitter without changing the order", async () => {
    const heard: number[] = [];
    const protocols = [counting(100, (number) => heard.push(number))];
    const { network } = await newPair({ jitter: 500 }, protocols);
    await network.advance(10_000);
    expect(heard).toEqual(Array.from({ length: 100 }, (_, at) => at));
    await stopped(network);
  });

  test("carries no more than its bandwidth", async () => {
    let got = 0;
    const protocol = defineProtocol({
      name: "bulk",
      version: 1,
      length: 1,
      async run(peer, rw) {
        const noise = new SeededRandom(1).fill(new Uint8Array(10_000));
        if (!peer.inbound) await rw.writeMsg(0, noise);
        for await (const msg of rw) got += msg.size;
      },
    });
    const { network } = await newPair({ bandwidth: 1_000 }, [protocol]);
    await network.advance(8_000);
    expect(got).toBe(0);
    await network.advance(4_000);
    expect(got).toBe(10_000);
    await stopped(network);
  });

  test("that loses parcels brings them late and in order", async () => {
    const run = async (loss: number): Promise<number> => {
      const heard: number[] = [];
      let last = 0;
      const count = counting(50, (number, at) => {
        heard.push(number);
        last = at;
      });
      const { network } = await newPair({ loss }, [count]);
      await network.advance(60_000);
      expect(heard).toEqual(Array.from({ length: 50 }, (_, at) => at));
      await stopped(network);
      return last;
    };
    expect(await run(0)).toBe(250);
    expect(await run(0.3)).toBeGreaterThan(400);
  });

  test("that breaks at every parcel lets nobody connect", async () => {
    const network = simulatedNetwork({ resets: 1 });
    const [first, second] = await newNodes(network, 2);
    await expect(network.connect(first!, second!)).rejects.toMatchObject({
      code: "P2P_ERR_STREAM",
    });
    await stopped(network);
  });

  test("can be broken at will: both ends see it, and may connect again", async () => {
    const { network, first, second } = await newPair();
    network.disrupt(second, first);
    await network.advance(0);
    expect(said(network).slice(2)).toEqual([
      "300 n2 drop P2P_ERR_STREAM",
      "300 n1 drop P2P_ERR_STREAM",
    ]);
    await network.connect(second, first);
    await stopped(network);
  });
});

describe("a partition", () => {
  test("that is longer than 30 s ends the peers at both ends, and dials across it time out", async () => {
    const { network, first, second, peer } = await newPair();
    network.partition([first]);
    await network.advance(31_000);
    expect(await peer.closed).toMatchObject({ code: "P2P_ERR_READ_TIMEOUT" });
    expect([first.server.peerCount, second.server.peerCount]).toEqual([0, 0]);
    await expect(network.connect(first, second)).rejects.toMatchObject({
      code: "P2P_ERR_DIAL_TIMEOUT",
    });
    network.heal();
    await network.connect(first, second);
    await stopped(network);
  });

  test("that is shorter holds messages up and loses none", async () => {
    const heard: number[] = [];
    const { network, first } = await newPair({}, [counting(3, (number) => heard.push(number))]);
    const writer = first.server.peers[0]!.writer({ name: "count", version: 1 })!;
    network.partition([first]);
    await send(writer, 0, 3, uint);
    await network.advance(20_000);
    expect(heard).toEqual([0, 1, 2]);
    network.heal();
    await network.advance(60_000);
    expect(heard).toEqual([0, 1, 2, 3]);
    expect(first.server.peerCount).toBe(1);
    await stopped(network);
  });

  test("holds a dial up until it heals", async () => {
    const network = simulatedNetwork({ latency: [50, 50], jitter: 0 });
    const [first, second] = await newNodes(network, 2);
    network.partition([first!], [second!]);
    const dial = first!.server.connect(second!.server.self);
    await network.advance(10_000);
    network.heal();
    await network.until(dial);
    expect(Math.round(network.clock.now())).toBe(10_200);
    await stopped(network);
  });
});

describe("a crash", () => {
  test("without a word is noticed by silence, and the dead node answers no dial", async () => {
    const { network, first, second } = await newPair();
    network.crash(second);
    await network.advance(29_000);
    expect(first.server.peerCount).toBe(1);
    await network.advance(31_000);
    expect(said(network).at(-1)).toMatch(/n1 drop P2P_ERR_READ_TIMEOUT/);
    await expect(network.connect(first, second)).rejects.toMatchObject({
      code: "P2P_ERR_DIAL_TIMEOUT",
    });
    await stopped(network);
  });

  test("of a process alone is told at once, and a dial is refused", async () => {
    const { network, first, second } = await newPair();
    network.crash(second, { silent: false });
    await network.advance(50);
    expect(first.server.peerCount).toBe(0);
    expect(said(network)).toContain("350 n1 drop P2P_ERR_STREAM");
    await expect(network.connect(first, second)).rejects.toThrow(/nothing listens there/);
    await stopped(network);
  });

  test("in the middle of a set-up leaves nothing behind", async () => {
    for (let ms = 0; ms <= 300; ms += 25) {
      const network = simulatedNetwork({ latency: [50, 50], jitter: 0 });
      const [first, second] = await newNodes(network, 2);
      const dial = first!.server.connect(second!.server.self);
      const settled = dial.then(
        () => "connected",
        ({ code }) => code,
      );
      await network.advance(ms);
      network.crash(second!);
      await network.advance(60_000);
      expect([ms, await settled]).not.toEqual([ms, undefined]);
      expect([ms, first!.server.peerCount]).toEqual([ms, 0]);
      await stopped(network);
    }
  });
});

describe("time", () => {
  test("moves on until work has settled, and says when it can't", async () => {
    const network = simulatedNetwork();
    await expect(network.until(new Promise(() => {}))).rejects.toThrow(
      "nothing is left to wait for",
    );
    const { network: busy } = await newPair();
    await expect(busy.until(new Promise(() => {}), 1_000)).rejects.toThrow("in 1000 ms");
    await expect(busy.until(Promise.reject(new Error("mine")))).rejects.toThrow("mine");
    await stopped(busy);
  });
});

describe("many nodes", { timeout: 180_000 }, () => {
  test("200 servers have 8 peers each, and leave nothing behind", async () => {
    const network = simulatedNetwork();
    const nodes = await newNodes(network, 200);
    await connectRing(network, nodes);
    expect(network.openStreams).toBe(200 * 8);
    await network.advance(20_000);
    expect(nodes.every(({ server }) => server.peerCount === 8)).toBe(true);
    await stopped(network);
  });

  test("50 servers have 4 peers each with real handshakes, all of them sealed", async () => {
    const network = simulatedNetwork({ cryptography: "rlpx" });
    const nodes = await newNodes(network, 50);
    await connectRing(network, nodes, 2);
    const peers = nodes.flatMap(({ server }) => server.peers);
    expect(peers.filter(({ sealed }) => sealed)).toHaveLength(50 * 4);
    await network.advance(20_000);
    expect(nodes.every(({ server }) => server.peerCount === 4)).toBe(true);
    await stopped(network);
  });
});

describe("options", () => {
  test.each([
    ["seed", { seed: 0.5 }],
    ["latency", { latency: [5, 1] }],
    ["latency", { latency: [-1, 1] }],
    ["jitter", { jitter: Number.NaN }],
    ["bandwidth", { bandwidth: 0 }],
    ["loss", { loss: 1.1 }],
    ["resets", { resets: -1 }],
    ["cryptography", { cryptography: "some" as "none" }],
  ] satisfies [string, SimulationOptions][])("that are wrong are named: %s", (name, options) => {
    expect(() => simulatedNetwork(options)).toThrow(RangeError);
    expect(() => simulatedNetwork(options)).toThrow(name);
  });

  test("a node of another network is refused", async () => {
    const stranger = await simulatedNetwork().add();
    expect(() => simulatedNetwork().crash(stranger)).toThrow(RangeError);
    await stranger.server.stop();
  });
});

test("a node with another key than the dialed one is refused, as with real handshakes", async () => {
  for (const cryptography of ["none", "rlpx"] as const) {
    const network = simulatedNetwork({ cryptography });
    const [first, second, third] = await newNodes(network, 3);
    const wrong = { ...second!.server.self, publicKey: third!.server.publicKey };
    await expect(network.until(first!.server.connect(wrong))).rejects.toThrow(/another key/);
    expect(said(network).join()).toContain("n2 fail P2P_ERR_HANDSHAKE_DECRYPT");
    await stopped(network);
  }
});
