/**
 * What a message costs when there are more connections, with the same work in each tick.
 * @module
 */

import type { Timed } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import type { Row } from "./row.ts";

/** How many connections are in use, as far as the settings have so many. */
export const LINKS = [1, 10, 100, 1000] as const;

/** Bytes of a message, and messages to one connection in a tick. */
const SIZE = 1024;
const BURST = 16;

/** How much more a message may cost at the worst number of connections than at one. */
const FLAT = 1.3;

/** The cost against the number of connections. */
export const connectionsRow: Row = {
  name: "connections",
  title: `${SIZE / 1024} KB messages, ${BURST} a tick, over more and more connections`,
  metrics: [
    ...LINKS.map((links) => ({
      key: `${links}`,
      title: `at ${links.toLocaleString("en")}`,
      unit: "µs/message",
    })),
    { key: "growth", title: "worst to one", unit: "×" },
  ],
  contestants: ["peerkit-tcp", "peerkit-ws", "raw-tcp", "raw-ws", "libp2p-tcp"],
  aims: ["peerkit-tcp", "peerkit-ws"].map((contestant) => ({
    contestant,
    metric: "growth",
    atMost: FLAT,
  })),
  async prepare(contestant, bench, { connections, sampleMs }) {
    const { client } = await bench.startPair(contestant, connections);
    const run = (links: number, count: number) =>
      client.request<Timed>({ cmd: "spread", links, size: SIZE, burst: BURST, count });
    // As many messages for each number of connections, and at least one burst for all of them.
    const wanted = await calibrate(sampleMs / 2, (count) => run(1, count));
    const count = Math.ceil(Math.max(1, wanted / BURST / connections)) * BURST * connections;
    return async () => {
      const figures: Record<string, number> = {};
      for (const links of LINKS.filter((number) => number <= connections)) {
        figures[`${links}`] = ((await run(links, count)).seconds / count) * 1e6;
      }
      return { ...figures, growth: Math.max(...Object.values(figures)) / (figures["1"] ?? 0) };
    };
  },
};
