/**
 * What a connection feels of a peer beside it that asks for much and reads nothing.
 * @module
 */

import type { Pair } from "../bench.ts";
import type { Distribution } from "../workload.ts";
import type { Row } from "./row.ts";

/** The limits of a server are what it meets. */
const BOUNDED = "peerkit-tcp-limits";

/** Twice what a server keeps for a peer that doesn't read: the rest it refuses. */
const ASKED = { size: 65_536, count: 512 } as const;

/** A round trip is made this often, in ms. */
const PAUSE_MS = 2;

/** How much longer a round trip may take beside such a peer. */
const FACTOR = 2;

/** Round trips of one peer while another one's answers wait to be read. */
export const unreadRow: Row = {
  name: "flood-unread",
  title: "Round trips beside a peer that reads none of 32 MB of answers",
  metrics: [
    { key: "quiet50", title: "median, alone", unit: "ms" },
    { key: "flood50", title: "median, beside it", unit: "ms" },
    { key: "quiet99", title: "p99, alone", unit: "ms" },
    { key: "flood99", title: "p99, beside it", unit: "ms" },
    { key: "factor50", title: "median, factor", unit: "×" },
    { key: "factor99", title: "p99, factor", unit: "×" },
  ],
  contestants: [BOUNDED],
  aims: ["factor50", "factor99"].map((metric) => ({
    contestant: BOUNDED,
    metric,
    atMost: FACTOR,
  })),
  async prepare(contestant, bench, { watchMs }) {
    const pair = await bench.startPair(contestant);
    const { address } = pair;
    const other = await bench.startSide(contestant);
    const ms = watchMs / 2;
    await roundTrips(pair, ms / 4);
    return async () => {
      const quiet = await roundTrips(pair, ms);
      await other.request({ cmd: "connect", address, count: 1, atOnce: 1 });
      await other.request({ cmd: "stopReading", ...ASKED });
      const beside = await roundTrips(pair, ms);
      await other.request({ cmd: "disconnect" });
      return {
        quiet50: quiet.p50,
        flood50: beside.p50,
        quiet99: quiet.p99,
        flood99: beside.p99,
        factor50: beside.p50 / quiet.p50,
        factor99: beside.p99 / quiet.p99,
      };
    };
  },
};

function roundTrips({ client }: Pair, ms: number): Promise<Distribution> {
  const count = Math.max(1, Math.round(ms / PAUSE_MS));
  return client.request({ cmd: "roundTrips", size: 32, count, pauseMs: PAUSE_MS });
}
