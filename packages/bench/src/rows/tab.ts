/**
 * A page in Chromium against a server in Node.
 * @module
 */

import type { Distribution } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import { sendOneWay } from "./one-way.ts";
import type { Aim, Row } from "./row.ts";

/** From a tab to Node. */
export const tabRow: Row = {
  name: "tab",
  title: "From a Chromium tab to Node, over WebSocket",
  metrics: [
    { key: "small", title: "32 B one way", unit: "messages/s" },
    { key: "trips", title: "32 B round trips", unit: "/s" },
    { key: "bulk", title: "64 KB random", unit: "MB/s" },
  ],
  contestants: ["peerkit-ws", "sealed-ws", "raw-ws"],
  aims: [
    aim("peerkit-ws", "small", 6),
    aim("peerkit-ws", "trips", 0.75),
    aim("peerkit-ws", "bulk", 0.5),
    aim("sealed-ws", "bulk", 0.85),
  ],
  async prepare(contestant, bench, { sampleMs }) {
    const pair = await bench.startTabPair(contestant);
    const small = (count: number) => sendOneWay(pair, "random", 32, count);
    const bulk = (count: number) => sendOneWay(pair, "random", 65_536, count);
    const trips = (count: number) =>
      pair.client.request<Distribution>({ cmd: "roundTrips", size: 32, count });
    const smalls = await calibrate(sampleMs, small);
    const bulks = await calibrate(sampleMs, bulk);
    const tripCount = await calibrate(sampleMs, trips);
    return async () => ({
      small: smalls / (await small(smalls)).seconds,
      trips: tripCount / (await trips(tripCount)).seconds,
      bulk: (bulks * 0.065536) / (await bulk(bulks)).seconds,
    });
  },
};

function aim(contestant: string, metric: string, atLeast: number): Aim {
  return { contestant, metric, than: "raw-ws", atLeast };
}
