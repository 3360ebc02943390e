/**
 * Two nodes that dial each other at the same time: one connection remains, the same on both sides.
 * @module
 */

import { describe, expect, test } from "vitest";
import {
  expectNothingLeft,
  LATENCY,
  newPair,
  outcome,
  SET_UPS,
} from "./simulated-pair.test.helper.ts";

/** How much later the second node dials, in ms: from at once to when the other connection is done. */
const DELAYS = Array.from({ length: 13 }, (_, at) => (at * LATENCY) / 2);

describe.each(SET_UPS)("two dials crossing (%s)", (setUp) => {
  test.each(DELAYS)("%i ms apart leave exactly one connection on both sides", async (delay) => {
    const { network, first, second } = await newPair(setUp);
    const results = [outcome(first.server.connect(second.server.self))];
    await network.advance(delay);
    results.push(outcome(second.server.connect(first.server.self)));
    await network.advance(10_000);
    expect(await Promise.all(results)).toEqual(["done", "done"]);
    const [peers, others] = [first.server.peers, second.server.peers];
    expect([peers.length, others.length]).toEqual([1, 1]);
    expect(peers[0]!.inbound).toBe(!others[0]!.inbound);
    expect(peers[0]!.localAddress).toBe(others[0]!.remoteAddress);
    expect(network.openStreams).toBe(2);
    await expectNothingLeft(network);
  });
});
