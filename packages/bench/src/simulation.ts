/**
 * A run of the simulated network, measured by the clock on the wall.
 * @module
 */

import { defineProtocol } from "@peerkit/core";
import type { SimulatedNode } from "@peerkit/core/testing";
import { simulatedNetwork } from "@peerkit/core/testing";

/** How large a run is. */
export interface Simulation {
  readonly servers: number;
  /** Of each server; an even number. */
  readonly peers: number;
  /** Virtual time that passes while all are connected. */
  readonly ms: number;
}

/** What a run took. */
export interface Simulated {
  readonly seconds: { readonly connect: number; readonly idle: number; readonly stop: number };
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Makes the servers, connects them in a ring, lets time pass, stops them. Rejects if a peer is missing. */
export async function simulate({ servers, peers, ms }: Simulation): Promise<Simulated> {
  const started = performance.now();
  const before = process.cpuUsage();
  const network = simulatedNetwork();
  const nodes: SimulatedNode[] = [];
  while (nodes.length < servers) nodes.push(await network.add({ protocols: [idle] }));
  const dials = nodes.flatMap((node, at) =>
    Array.from({ length: peers / 2 }, (_, step) => {
      const next = nodes[(at + step + 1) % servers] ?? node;
      return node.server.connect(next.server.self);
    }),
  );
  await network.until(Promise.all(dials));
  const connected = performance.now();
  await network.advance(ms);
  if (nodes.some(({ server }) => server.peerCount !== peers)) throw new Error("peers are missing");
  const idled = performance.now();
  const rssBytes = process.memoryUsage.rss();
  await network.stop();
  const stopped = performance.now();
  const seconds = {
    connect: (connected - started) / 1000,
    idle: (idled - connected) / 1000,
    stop: (stopped - idled) / 1000,
  };
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6, rssBytes };
}

/** Runs until the peer leaves. */
const idle = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
});
