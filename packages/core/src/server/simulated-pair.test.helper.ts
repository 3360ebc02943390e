/**
 * Two servers on the simulated network, 50 ms apart, for tests that stop them at a given moment.
 * @module
 */

import { expect } from "vitest";
import type { Protocol } from "../devp2p/protocol.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import type {
  SimulatedNetwork,
  SimulatedNode,
  SimulatedNodeOptions,
} from "../testing/simulation/simulated-network.ts";
import { simulatedNetwork } from "../testing/simulation/simulated-network.ts";

/** How a connection is set up: without cryptography, by RLPx v5, by a sealed session. */
export const SET_UPS = ["plain", "v5", "sealed"] as const;
export type SetUp = (typeof SET_UPS)[number];

/** One way, in ms. */
export const LATENCY = 50;
/** A set-up is over on both sides by then, in ms. */
export const SET_UP_MS = 6 * LATENCY;

/** Runs until the peer leaves. */
export const idle: Protocol = protocolOf((_peer, _rw, signal) => untilAborted(signal));

/** A protocol of this name that runs so. */
export function protocolOf(run: Protocol["run"], name = "test"): Protocol {
  return defineProtocol({ name, version: 1, length: 4, run });
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/** Two nodes, not connected. */
export interface Pair {
  readonly network: SimulatedNetwork;
  readonly first: SimulatedNode;
  readonly second: SimulatedNode;
}

/** Makes two nodes; the second one may run something else. */
export async function newPair(
  setUp: SetUp,
  protocols: readonly Protocol[] = [idle],
  secondProtocols = protocols,
): Promise<Pair> {
  const network = simulatedNetwork({
    latency: [LATENCY, LATENCY],
    jitter: 0,
    cryptography: setUp === "plain" ? "none" : "rlpx",
  });
  const options: SimulatedNodeOptions = { sealed: setUp === "v5" ? "off" : "prefer" };
  const first = await network.add({ ...options, protocols });
  const second = await network.add({ ...options, protocols: secondProtocols });
  return { network, first, second };
}

/** Stops everything: nothing is left then, and nothing took its full time. */
export async function expectNothingLeft(network: SimulatedNetwork): Promise<void> {
  await network.stop();
  expect(network.openStreams).toBe(0);
  expect(network.clock.pending).toBe(0);
}

/** What work came to: "done", or the code of its error. */
export function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error) => error.code ?? String(error),
  );
}

/** What the servers said, as `ms node type code`. */
export function said({ log }: SimulatedNetwork): string[] {
  return log.flatMap((entry) => {
    if (entry.type !== "server") return [];
    const { at, node, event } = entry;
    return [`${at} ${node} ${event.type}${"code" in event ? ` ${event.code}` : ""}`];
  });
}
