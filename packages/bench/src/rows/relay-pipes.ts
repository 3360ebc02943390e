/**
 * What a relay's pipes cost, beside a splice of the same sockets that does nothing else.
 * @module
 */

import type { Pair } from "../bench.ts";
import type { Side, Usage } from "../sides/side.ts";
import type { Distribution } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import { sendOneWay } from "./one-way.ts";
import type { Figures, Row } from "./row.ts";

const KINDS = ["ws", "tcp"] as const;

/** Bytes of a chunk. */
const CHUNK = 65_536;

/** The share of a plain splice's throughput. */
const SHARE = 0.85;

/** What a relay may add to half a round trip, in ms. */
const ADDED_MS = 0.3;

/** Round trips of a sample, and bytes of each. */
const TRIPS = { count: 400, size: 32, pauseMs: 1 } as const;

/** Chunks to each of many pipes, and how much later the last may be done than half of them. */
const EACH = 16;
const UNEVEN = 2;

/** Pipes that are there before memory is read first, and those that are opened at the same time. */
const WARM_UP = 100;
const AT_ONCE = 8;

/** Bytes through one pipe. */
const throughputRow: Row = {
  name: "relay-throughput",
  title: "64 KB chunks through a pipe of a relay, one way",
  metrics: [
    { key: "rate", title: "rate", unit: "MB/s" },
    { key: "cpu", title: "CPU time of what is between", unit: "ms/GB" },
  ],
  contestants: KINDS.flatMap((kind) => [`pipe-${kind}`, `splice-${kind}`]),
  aims: KINDS.map((kind) => ({
    contestant: `pipe-${kind}`,
    metric: "rate",
    than: `splice-${kind}`,
    atLeast: SHARE,
  })),
  async prepare(contestant, bench, { sampleMs }) {
    const pair = await bench.startPair(contestant);
    const run = (count: number) => sendOneWay(pair, "random", CHUNK, count);
    const count = await calibrate(sampleMs, run);
    return async () => {
      const before = await cpuBetween(pair);
      const { seconds } = await run(count);
      const after = await cpuBetween(pair);
      const bytes = count * CHUNK;
      return { rate: bytes / seconds / 1e6, cpu: (after - before) / (bytes / 1e9) };
    };
  },
};

/** What the way through adds to a round trip. */
const latencyRow: Row = {
  name: "relay-latency",
  title: "32 B through a pipe of a relay and straight there: half a round trip",
  metrics: [
    { key: "added", title: "added", unit: "ms" },
    { key: "through", title: "through it", unit: "ms" },
    { key: "direct", title: "straight there", unit: "ms" },
  ],
  contestants: ["pipe-ws", "splice-ws"],
  aims: [{ contestant: "pipe-ws", metric: "added", atMost: ADDED_MS }],
  async prepare(contestant, bench) {
    const through = await bench.startPair(contestant);
    const direct = await bench.startPair("stream-ws");
    await Promise.all([halfTrip(through), halfTrip(direct)]);
    return async () => {
      const figures = { through: await halfTrip(through), direct: await halfTrip(direct) };
      return { ...figures, added: figures.through - figures.direct };
    };
  },
};

/** Many pipes that are all full at the same time. */
const pipesRow: Row = {
  name: "relay-pipes",
  title: `${EACH} chunks of 64 KB over each of many pipes of a relay at the same time`,
  metrics: [
    { key: "rate", title: "rate", unit: "MB/s" },
    { key: "median", title: "half are done", unit: "s" },
    { key: "last", title: "99 % are done", unit: "s" },
    { key: "factor", title: "one to the other", unit: "×" },
    { key: "memory", title: "memory for each, still empty", unit: "KiB" },
  ],
  contestants: ["pipe-ws", "splice-ws"],
  aims: [{ contestant: "pipe-ws", metric: "factor", atMost: UNEVEN }],
  maxRounds: 3,
  onlyByName: true,
  async prepare(contestant, bench, { connections: links }) {
    const pair = await bench.startPair(contestant, WARM_UP);
    const before = await usageBetween(pair);
    const { client, address } = pair;
    await client.request({ cmd: "connect", address, count: links, atOnce: AT_ONCE });
    const after = await usageBetween(pair);
    const memory = (after.rssBytes - before.rssBytes) / 1024 / links;
    return async () => ({ ...(await fillAll(client, links)), memory });
  },
};

/** The rows of a relay's pipes. */
export const pipeRows: readonly Row[] = [throughputRow, latencyRow, pipesRow];

async function fillAll(client: Pair["client"], links: number): Promise<Figures> {
  const command = { cmd: "allAtOnce", links, size: CHUNK, count: EACH } as const;
  const { seconds, p50, p99 } = await client.request<Distribution>(command);
  return {
    rate: (links * EACH * CHUNK) / seconds / 1e6,
    median: p50 / 1000,
    last: p99 / 1000,
    factor: p99 / p50,
  };
}

async function halfTrip({ client }: Pair): Promise<number> {
  return (await client.request<Distribution>({ cmd: "roundTrips", ...TRIPS })).p50 / 2;
}

async function cpuBetween(pair: Pair): Promise<number> {
  return between(pair).request<number>({ cmd: "cpuTime" });
}

async function usageBetween(pair: Pair): Promise<Usage> {
  return between(pair).request<Usage>({ cmd: "usage" });
}

function between({ middle }: Pair): Side {
  if (middle === undefined) throw new TypeError("there is nothing between these");
  return middle.side;
}
