/**
 * What it takes to be a peer through a relay: connecting, and being reachable.
 * @module
 */

import type { Bench, Pair } from "../bench.ts";
import type { Side, Usage } from "../sides/side.ts";
import type { Distribution } from "../workload.ts";
import type { IdleCounts } from "./idle.ts";
import { connectIdle, requireOpenFiles } from "./idle.ts";
import type { Row } from "./row.ts";

/** Connections of a sample; each takes some 0.3 s where the relay is far. */
const CONNECTS = 20;

/** Round trips between the two before both have shaken hands. */
const ROUND_TRIPS = 5;

/** How many times the connections of the settings are reachable. */
const TIMES = 10;

/** What a connected node may take, and being reachable more than that, in KiB. */
const PEER_KIB = 35;
const RESERVATION_KIB = 2;

/** Connecting through a relay, close by and far away: the difference is round trips. */
const connectRow: Row = {
  name: "relay-connect",
  title: "Connecting through a relay, from asking for the pipe until both have shaken hands",
  metrics: [
    { key: "near", title: "on loopback", unit: "ms" },
    { key: "handshake", title: "without a relay", unit: "ms" },
    { key: "far", title: "far away", unit: "ms" },
    { key: "rtt", title: "a round trip, far away", unit: "ms" },
    { key: "trips", title: "round trips that it takes", unit: "" },
  ],
  contestants: ["circuit"],
  aims: [{ contestant: "circuit", metric: "trips", atMost: ROUND_TRIPS }],
  async prepare(_contestant, bench) {
    const near = await bench.startPair("circuit");
    const far = await bench.startPair("circuit-far");
    const direct = await bench.startPair("sealed-ws");
    for (const pair of [near, far, direct]) await connects(pair);
    return async () => {
      const times = {
        near: await connects(near),
        handshake: await connects(direct),
        far: await connects(far),
        rtt: await roundTrip(far),
      };
      return { ...times, trips: tripsOf(times, await roundTrip(near)) };
    };
  },
};

/** Nodes that are reachable through a relay, and use it for nothing. */
const idleRow: Row = {
  name: "relay-idle",
  title: "Idle nodes with a reservation: the relay's memory for each",
  metrics: [
    { key: "reserved", title: "memory, with a reservation", unit: "KiB" },
    { key: "plain", title: "memory, a sealed ws peer of a server", unit: "KiB" },
    { key: "more", title: "the difference", unit: "KiB" },
    { key: "reservations", title: "nodes", unit: "" },
  ],
  contestants: ["circuit"],
  aims: [{ contestant: "circuit", metric: "reserved", atMost: PEER_KIB + RESERVATION_KIB }],
  maxRounds: 1,
  onlyByName: true,
  async prepare(_contestant, bench, { connections, watchMs }) {
    const counts = { warmUp: connections, count: connections * TIMES };
    requireOpenFiles(counts.warmUp + counts.count);
    return async () => {
      const reserved = await reserve(bench, counts);
      const { rss: plain = 0 } = await connectIdle("sealed-ws", bench, counts, watchMs);
      return { reserved, plain, more: reserved - plain, reservations: counts.count };
    };
  },
};

/** The rows of peers behind a relay. */
export const relayPeerRows: readonly Row[] = [connectRow, idleRow];

/**
 * How many round trips connecting takes: what is more of it far away, by what is more of a round trip.
 * The time that both places need for computing falls out.
 */
export function tripsOf(
  times: { readonly near: number; readonly far: number; readonly rtt: number },
  nearRtt: number,
): number {
  return (times.far - times.near) / (times.rtt - nearRtt);
}

async function connects({ client, address }: Pair): Promise<number> {
  const command = { cmd: "connectTimes", address, count: CONNECTS } as const;
  return (await client.request<Distribution>(command)).p50;
}

/** Between the two, over the pair's first link. */
async function roundTrip({ client }: Pair): Promise<number> {
  const command = { cmd: "roundTrips", size: 32, count: CONNECTS } as const;
  return (await client.request<Distribution>(command)).p50;
}

/** Makes so many nodes reachable through a fresh relay; resolves to its memory for each, in KiB. */
async function reserve(bench: Bench, { warmUp, count }: IdleCounts): Promise<number> {
  const { middle, server, stop } = await bench.startPair("circuit", 0);
  if (middle === undefined) throw new TypeError("there is no relay between these");
  try {
    const { side, address: via } = middle;
    await server.request({ cmd: "listen", via, nodes: warmUp });
    const before = await rss(side);
    await server.request({ cmd: "listen", via, nodes: count });
    return ((await rss(side)) - before) / 1024 / count;
  } finally {
    await stop();
  }
}

async function rss(side: Side): Promise<number> {
  return (await side.request<Usage>({ cmd: "usage" })).rssBytes;
}
