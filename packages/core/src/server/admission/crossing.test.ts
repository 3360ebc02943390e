/**
 * Two nodes that dial each other at once, in every order in which what they send can arrive: they
 * end up with one connection, the same one, and both `connect`s give its peer.
 * @module
 */

import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { nodeId } from "../../node/id.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { ServerOptions } from "../options.ts";
import { Server } from "../server.ts";
import { loadParts } from "../set-up/load-parts.ts";
import { haveCrossed, newcomerWins, prevails } from "./crossing.ts";
import type { Delays } from "./slow-network.test.helper.ts";
import { slowNetwork } from "./slow-network.test.helper.ts";

const keys = [1, 2].map((n) => new Uint8Array(32).fill(n));
// So that the first has the smaller id, and its connection is the one that stays.
const [smaller = keys[0]!, larger = keys[1]!] = keys.toSorted((a, b) =>
  nodeId(publicKeyOf(a)) < nodeId(publicKeyOf(b)) ? -1 : 1,
);

const running: Server[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

interface Side {
  readonly server: Server;
  /** How often `run` was called. */
  readonly runs: () => number;
}

async function newPair(ours: Delays, theirs: Delays, options: ServerOptions) {
  const clock = new FakeClock();
  const network = slowNetwork(clock);
  const start = async (privateKey: Uint8Array, delays: Delays): Promise<Side> => {
    let runs = 0;
    const protocol = defineProtocol({
      name: "a",
      version: 1,
      length: 1,
      run(_peer, _rw, signal) {
        runs++;
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    });
    const server = new Server({
      privateKey,
      clock,
      transports: [network.transport(delays)],
      listen: ["memory://node:0"],
      protocols: [protocol],
      ...options,
    });
    running.push(server);
    await server.start();
    return { server, runs: () => runs };
  };
  return { clock, a: await start(smaller, ours), b: await start(larger, theirs) };
}

/** Moves the clock in small steps, in which what takes several turns of the event loop has time. */
async function pass(clock: FakeClock, ms: number, until?: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  until?.then(end, end);
  for (let passed = 0; passed < ms && !over; passed += 10) await clock.advance(10);
}

async function cross(ours: Delays, theirs: Delays, lead: number, options: ServerOptions) {
  const { clock, a, b } = await newPair(ours, theirs, options);
  const dial = (from: Side, to: Side) => from.server.connect(to.server.urls[0] ?? "");
  const first = lead >= 0 ? dial(a, b) : dial(b, a);
  first.catch(() => {});
  await pass(clock, Math.abs(lead));
  const second = lead >= 0 ? dial(b, a) : dial(a, b);
  const both = Promise.all(lead >= 0 ? [first, second] : [second, first]);
  both.catch(() => {});
  await pass(clock, 4_000, both);
  await clock.advance(3_000);
  return { a, b, peers: await both };
}

const same = (there: number, back = there): Delays => ({ there, back });

const paths: readonly (readonly [string, Delays, Delays])[] = [
  ["equal ways", same(40), same(40)],
  ["a slow way for the one that stays", same(150), same(20)],
  ["a slow way for the other", same(20), same(150)],
  ["slow to the larger", { there: 150, back: 20 }, { there: 20, back: 150 }],
  ["slow to the smaller", { there: 20, back: 150 }, { there: 150, back: 20 }],
  ["a very slow way for the one that stays", same(700), same(20)],
];
const leads = [-600, -300, -150, -80, -50, -20, 0, 20, 50, 80, 150, 300, 600];

const modes: readonly (readonly [string, ServerOptions])[] = [
  ["sealed sessions", {}],
  ["RLPx v5", { sealed: "off" }],
];

describe.each(modes)("two dials that cross, with %s", (_, options) => {
  beforeAll(async () => {
    await loadParts("prefer"); // Takes real time, which no virtual clock waits for.
    await cross(same(10), same(10), 0, options); // Loads what is loaded once.
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  test.each(paths)(
    "leave one connection, the same for both, over %s",
    async (_path, ours, theirs) => {
      for (const lead of leads) {
        const { a, b, peers } = await cross(ours, theirs, lead, options);
        const [ofA, ofB] = peers;
        expect(
          {
            peers: [a.server.peers.length, b.server.peers.length],
            theConnectsGaveThem: [a.server.peers[0] === ofA, b.server.peers[0] === ofB],
            itIsOne: ofA?.localAddress === ofB?.remoteAddress && ofA?.inbound === !ofB?.inbound,
            // Nobody's protocol saw a connection that didn't stay.
            runs: [a.runs(), b.runs()],
          },
          `the smaller ${lead} ms ahead`,
        ).toEqual({
          peers: [1, 1],
          theConnectsGaveThem: [true, true],
          itIsOne: true,
          runs: [1, 1],
        });
        await Promise.all(running.splice(0).map((server) => server.stop()));
      }
    },
  );
});

describe("the rule", () => {
  test("keeps the connection that the node with the smaller id dialed, on both sides", () => {
    expect(prevails({ id: "b", inbound: false }, "a")).toBe(true);
    expect(prevails({ id: "a", inbound: true }, "b")).toBe(true);
    expect(prevails({ id: "b", inbound: true }, "a")).toBe(false);
    expect(prevails({ id: "a", inbound: false }, "b")).toBe(false);
  });

  test("takes only young connections of opposite directions for ones that crossed", () => {
    const newcomer = { id: "a", inbound: true };
    expect(haveCrossed(newcomer, { inbound: false, lifetime: 4_999 })).toBe(true);
    expect(haveCrossed(newcomer, { inbound: false, lifetime: 5_000 })).toBe(false);
    expect(haveCrossed(newcomer, { inbound: true, lifetime: 0 })).toBe(false);
  });

  test.each([
    ["answered", false, false, false],
    ["answered", true, true, false],
    ["left", true, false, true],
    ["gone", false, true, false],
    ["silent", false, false, true],
    ["silent", true, true, true],
    ["silent", true, false, false],
  ] as const)(
    "after %s (crossed %s, prevailing %s) the newcomer wins: %s",
    (answer, crossed, prevailing, wins) => {
      expect(newcomerWins(answer, crossed, prevailing)).toBe(wins);
    },
  );
});
