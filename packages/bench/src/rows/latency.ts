/**
 * What a connection feels of something large or hostile beside it.
 * @module
 */

import type { Bench } from "../bench.ts";
import { BOUNDED, besideAims, besideFigures, besideMetrics, roundTrips } from "./beside.ts";
import type { Figures, Row, Settings } from "./row.ts";

/** About the largest that RLPx v5 can carry when it doesn't compress, in bytes. */
const LARGE = 16_700_000;

/** Connections a second that begin a handshake and don't finish it. */
const FLOOD_PER_SECOND = 500;

/** The same with a thread for the handshakes. */
const WITH_WORKER = "peerkit-tcp-workers";

/** Pings while a large message is on its way. */
export const pingsRow: Row = {
  name: "pings",
  title: "Ping, 99th percentile, while a message of 16.7 MB is on its way",
  metrics: [
    { key: "quiet", title: "without it", unit: "ms" },
    { key: "busy", title: "during it", unit: "ms" },
  ],
  contestants: ["peerkit-tcp", "peerkit-ws", "sealed-tcp", "sealed-ws"],
  aims: [],
  async prepare(contestant, bench) {
    const { client } = await bench.startPair(contestant);
    return () => client.request<Record<string, number>>({ cmd: "pings", size: LARGE, count: 4 });
  },
};

/** Round trips of one peer while another floods the server with handshakes, or with pings. */
export const floodRows: readonly Row[] = [
  flood("flood-handshakes", `Round trips beside ${FLOOD_PER_SECOND} begun handshakes a second`, [
    BOUNDED,
    WITH_WORKER,
  ]),
  flood("flood-pings", "Round trips beside a peer that floods with pings", [BOUNDED]),
];

function flood(
  name: "flood-handshakes" | "flood-pings",
  title: string,
  contestants: readonly string[],
): Row {
  return {
    name,
    title,
    metrics: besideMetrics("quiet", "flooded"),
    contestants,
    aims: besideAims(contestants),
    prepare: (contestant, bench, settings) => prepare(name, contestant, bench, settings),
  };
}

async function prepare(
  name: string,
  contestant: string,
  bench: Bench,
  { watchMs }: Settings,
): Promise<() => Promise<Figures>> {
  const pair = await bench.startPair(contestant);
  const { address } = pair;
  const flooder = await bench.startSide(contestant);
  const pings = name === "flood-pings";
  if (pings) await flooder.request({ cmd: "connect", address, count: 1, atOnce: 1 });
  const ms = watchMs / 2;
  await roundTrips(pair, ms / 4);
  return async () => {
    const quiet = await roundTrips(pair, ms);
    const flooding = flooder.request(
      pings
        ? { cmd: "floodPings", ms: 2 * ms }
        : { cmd: "floodHandshakes", address, ms: 2 * ms, perSecond: FLOOD_PER_SECOND },
    );
    const [flooded] = await Promise.all([roundTrips(pair, ms), flooding]);
    return besideFigures(quiet, flooded);
  };
}
