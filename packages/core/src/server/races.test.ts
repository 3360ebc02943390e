/**
 * What happens when two things happen at once: every step of a set-up interrupted, both sides leaving,
 * time limits to the millisecond. All on virtual time.
 * @module
 */

import { describe, expect, test } from "vitest";
import { DisconnectError, DiscReason } from "../errors.ts";
import type { SimulationEvent } from "../testing/simulation/event.ts";
import type { Pair } from "./simulated-pair.test.helper.ts";
import {
  expectNothingLeft,
  idle,
  LATENCY,
  newPair,
  outcome,
  protocolOf,
  SET_UP_MS,
  SET_UPS,
  said,
  untilAborted,
} from "./simulated-pair.test.helper.ts";

/** Moments of a set-up, in ms: between its steps and exactly at them. */
const MOMENTS = Array.from({ length: 1 + SET_UP_MS / 25 }, (_, at) => at * 25);

const connect = ({ first, second }: Pair, signal?: AbortSignal) =>
  first.server.connect(second.server.self, signal && { signal });

/** Connected on both sides; the first one has dialed. */
async function connected(pair: Pair) {
  const peer = await pair.network.until(connect(pair));
  await pair.network.advance(SET_UP_MS);
  const [other] = pair.second.server.peers;
  return { peer, other: other! };
}

describe.each(SET_UPS)("a set-up (%s)", (setUp) => {
  const interruptions: [string, (pair: Pair, control: AbortController) => unknown][] = [
    ["the dialer stops", ({ first }) => void first.server.stop()],
    ["the dialed node stops", ({ second }) => void second.server.stop()],
    ["both stop", ({ first, second }) => [first.server.stop(), second.server.stop()]],
    ["the caller gives up", (_, control) => control.abort(new Error("enough"))],
    ["the network breaks it", ({ network, first, second }) => network.disrupt(first, second)],
    ["the dialed process is killed", (pair) => pair.network.crash(pair.second, { silent: false })],
  ];

  test.each(interruptions)("ends cleanly at every step when %s", async (_, interrupt) => {
    for (const moment of MOMENTS) {
      const pair = await newPair(setUp);
      const control = new AbortController();
      const result = outcome(connect(pair, control.signal));
      await pair.network.advance(moment);
      interrupt(pair, control);
      await pair.network.until(result, 1_000);
      await pair.network.advance(10_000);
      const [first, second] = [pair.first.server.peerCount, pair.second.server.peerCount];
      expect([moment, first]).toEqual([moment, second]);
      await expectNothingLeft(pair.network);
    }
  });
});

describe.each(["plain", "v5"] as const)("the time limits of a set-up (%s)", (setUp) => {
  // 0 dial, 50 accept, 100 auth, 150 ack and Hello, 200 Hello, 250 done.
  const rows: [number, string, string[]][] = [
    [25, "nothing is answered", ["15000 n1 fail P2P_ERR_DIAL_TIMEOUT"]],
    [
      125,
      "auth doesn't arrive",
      ["5050 n2 fail P2P_ERR_HANDSHAKE_TIMEOUT", "5100 n1 fail P2P_ERR_HANDSHAKE_TIMEOUT"],
    ],
    [
      175,
      "ack doesn't arrive",
      ["5100 n1 fail P2P_ERR_HANDSHAKE_TIMEOUT", "10150 n2 fail P2P_ERR_HANDSHAKE_TIMEOUT"],
    ],
    [
      225,
      "the dialer's Hello doesn't arrive",
      [
        "200 n1 add",
        "10150 n2 fail P2P_ERR_HANDSHAKE_TIMEOUT",
        "30200 n1 drop P2P_ERR_READ_TIMEOUT",
      ],
    ],
  ];

  test.each(rows)("cut off at %i ms, %s", async (moment, _, expected) => {
    const pair = await newPair(setUp);
    const result = outcome(connect(pair));
    await pair.network.advance(moment);
    pair.network.partition([pair.first]);
    await pair.network.advance(60_000);
    expect(said(pair.network)).toEqual(expected);
    expect(await result).not.toBe("undefined");
    pair.network.heal();
    await expectNothingLeft(pair.network);
  });
});

describe("a sealed set-up's time limits", () => {
  test("hold for the proof too: 5 s in all", async () => {
    const pair = await newPair("sealed");
    const result = outcome(connect(pair));
    await pair.network.advance(225);
    pair.network.partition([pair.first]);
    await pair.network.advance(60_000);
    expect(said(pair.network)).toEqual([
      "200 n1 add",
      "5050 n2 fail P2P_ERR_SEALED_HANDSHAKE",
      "30200 n1 drop P2P_ERR_READ_TIMEOUT",
    ]);
    expect(await result).toBe("done");
    pair.network.heal();
    await expectNothingLeft(pair.network);
  });
});

describe.each(SET_UPS)("an idle connection (%s)", (setUp) => {
  test("lives on pings alone, every 15 s", async () => {
    const pair = await newPair(setUp);
    const { peer } = await connected(pair);
    await pair.network.advance(3_600_000);
    expect(said(pair.network)).toEqual(["200 n1 add", "250 n2 add"]);
    expect(peer.traffic.roundTrips).toBe(240);
    expect(peer.latency).toBe(2 * LATENCY);
    await expectNothingLeft(pair.network);
  });

  test("ends 30 s after the last that was heard, to the millisecond", async () => {
    const pair = await newPair(setUp);
    const { peer } = await connected(pair);
    await pair.network.advance(20_000);
    pair.network.crash(pair.second);
    const isHeard = (entry: SimulationEvent) => entry.type === "bytes" && entry.to === "n1";
    const heard = pair.network.log.findLast(isHeard)!.at;
    await pair.network.advance(60_000);
    expect(said(pair.network).at(-1)).toBe(`${heard + 30_000} n1 drop P2P_ERR_READ_TIMEOUT`);
    expect(await peer.closed).toMatchObject({ reason: DiscReason.NetworkError, remote: false });
    await expectNothingLeft(pair.network);
  });

  test("lets a ping that is on its way fail with the peer", async () => {
    const pair = await newPair(setUp);
    const { peer, other } = await connected(pair);
    const ping = outcome(peer.ping());
    await pair.network.advance(LATENCY / 2);
    other.disconnect(DiscReason.Requested);
    expect(await pair.network.until(ping)).toBe("P2P_ERR_DISCONNECTED");
    await expectNothingLeft(pair.network);
  });
});

describe.each(SET_UPS)("leaving (%s)", (setUp) => {
  test("from both sides at once ends once on each, for its own reason", async () => {
    for (const later of [0, 25, LATENCY]) {
      const pair = await newPair(setUp);
      const { peer, other } = await connected(pair);
      peer.disconnect(DiscReason.Requested);
      await pair.network.advance(later);
      other.disconnect(DiscReason.TooManyPeers);
      await pair.network.advance(5_000);
      const remote = later === LATENCY;
      expect(await peer.closed).toMatchObject({ remote: false, reason: DiscReason.Requested });
      expect(await other.closed).toMatchObject({
        remote,
        reason: remote ? DiscReason.Requested : DiscReason.TooManyPeers,
      });
      expect(said(pair.network).filter((line) => line.includes("drop"))).toHaveLength(2);
      await expectNothingLeft(pair.network);
    }
  });

  test("while writing settles every write, and the other side learns the reason", async () => {
    const writes: Promise<string>[] = [];
    const writer = protocolOf(async (peer, rw, signal) => {
      const big = new Uint8Array(200_000);
      for (let at = 0; !peer.inbound && at < 5; at++) writes.push(outcome(rw.writeMsg(0, big)));
      await untilAborted(signal);
    });
    const pair = await newPair(setUp, [writer]);
    const { peer, other } = await connected(pair);
    for (let at = 0; at < 20; at++) {
      writes.push(outcome(peer.writer(writer)!.writeMsg(0, new Uint8Array(300_000))));
    }
    peer.disconnect(DiscReason.Requested);
    await pair.network.advance(5_000);
    expect(new Set(await pair.network.until(Promise.all(writes)))).toEqual(new Set(["done"]));
    expect((await other.closed).remote || (await other.closed).code).toBeTruthy();
    expect([pair.first.server.peerCount, pair.second.server.peerCount]).toEqual([0, 0]);
    await expectNothingLeft(pair.network);
  });

  test("a peer that vanished while we write to it is given up, and every write settles", async () => {
    const results: Promise<string>[] = [];
    const writer = protocolOf(async (peer, rw, signal) => {
      for (let at = 0; !peer.inbound && at < 200; at++) {
        const written = outcome(rw.writeMsg(0, new Uint8Array(100_000).fill(at)));
        results.push(written);
        if (signal.aborted || (await written) !== "done") return;
      }
      await untilAborted(signal);
    });
    const pair = await newPair(setUp, [writer], [idle]);
    const peer = await pair.network.until(connect(pair));
    pair.network.crash(pair.second);
    await pair.network.advance(60_000);
    expect(["P2P_ERR_WRITE_TIMEOUT", "P2P_ERR_READ_TIMEOUT"]).toContain((await peer.closed).code);
    await pair.network.until(Promise.all(results));
    await expectNothingLeft(pair.network);
  });
});

describe("runs that end at once", () => {
  const fail = () => {
    throw new Error("oops");
  };
  const refuse = () => {
    throw new DisconnectError(DiscReason.IncompatibleVersion);
  };
  /** What ends the first protocol of a node and its second one, and what the other node is told. */
  const rows: [string, () => void, () => void, DiscReason][] = [
    ["one throws, the other returns", fail, () => {}, DiscReason.SubprotocolError],
    ["one returns, the other throws", () => {}, fail, DiscReason.ClientQuitting],
    ["one throws a reason, the other an error", refuse, fail, DiscReason.IncompatibleVersion],
    ["both throw", fail, fail, DiscReason.SubprotocolError],
  ];

  test.each(rows)("on one node: the first one's reason counts: %s", async (_, a, b, told) => {
    const pair = await newPair(
      "plain",
      [protocolOf(async () => a(), "a"), protocolOf(async () => b(), "b")],
      [protocolOf((_peer, _rw, signal) => untilAborted(signal), "a"), named("b")],
    );
    const peer = await pair.network.until(connect(pair));
    await pair.network.advance(5_000);
    expect(await peer.closed).toMatchObject({ remote: false, reason: told });
    expect(drop(pair, "n1")).toHaveLength(1);
    expect(drop(pair, "n2")).toMatchObject([{ remote: true, reason: told }]);
    await expectNothingLeft(pair.network);
  });

  test.each(SET_UPS)("on two nodes: each leaves for its own reason (%s)", async (setUp) => {
    // The first one's end is on its way from 400 to 450 ms.
    for (const [moment, remote] of [
      [425, false],
      [475, true],
    ] as const) {
      const ending = (at: number, end: () => void) =>
        protocolOf(async () => {
          const { clock } = pair.network;
          await new Promise<void>((resolve) => void clock.setTimer(at - clock.now(), resolve));
          end();
        });
      const pair: Pair = await newPair(setUp, [ending(400, () => {})], [ending(moment, fail)]);
      await pair.network.until(connect(pair));
      await pair.network.advance(5_000);
      const drops = drop(pair, "n2");
      const reason = remote ? DiscReason.ClientQuitting : DiscReason.SubprotocolError;
      expect(drops).toMatchObject([{ remote, reason }]);
      expect(drop(pair, "n1")).toMatchObject([
        { remote: false, reason: DiscReason.ClientQuitting },
      ]);
      await expectNothingLeft(pair.network);
    }
  });
});

/** The ends of peers that a node told of. */
function drop({ network: { log } }: Pair, node: string) {
  return log.flatMap((entry) =>
    entry.type === "server" && entry.node === node && entry.event.type === "drop"
      ? [entry.event]
      : [],
  );
}

function named(name: string) {
  return protocolOf((_peer, _rw, signal) => untilAborted(signal), name);
}
