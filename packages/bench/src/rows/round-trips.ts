/**
 * A message there and its echo back, one after another.
 * @module
 */

import type { Distribution } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import { atLeast } from "./one-way.ts";
import type { Row } from "./row.ts";

/** Bytes of the message. */
const SIZE = 32;

/** 32 B round trips. */
export const roundTripsRow: Row = {
  name: "round-trips",
  title: "32 B there and back, one at a time",
  metrics: [
    { key: "rate", title: "round trips", unit: "/s" },
    { key: "p99", title: "99th percentile", unit: "ms" },
  ],
  contestants: [
    "peerkit-tcp",
    "peerkit-ws",
    "sealed-tcp",
    "sealed-ws",
    "raw-tcp",
    "raw-ws",
    "geth",
    "libp2p-tcp",
    "libp2p-ws",
    "devp2p",
  ],
  aims: atLeast("peerkit-tcp", { "raw-tcp": 0.6, "libp2p-tcp": 1.1 }),
  async prepare(contestant, bench, { sampleMs }) {
    const { client } = await bench.startPair(contestant);
    const run = (count: number) =>
      client.request<Distribution>({ cmd: "roundTrips", size: SIZE, count });
    const count = await calibrate(sampleMs, run);
    return async () => {
      const { seconds, p99 } = await run(count);
      return { rate: count / seconds, p99 };
    };
  },
};
