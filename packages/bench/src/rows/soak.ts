/**
 * What stays behind in a server of those who have come and gone: nothing, by its heap and its handles.
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { Pair } from "../bench.ts";
import type { Usage } from "../sides/side.ts";
import type { Figures, Row } from "./row.ts";

/** Cycles before memory is read first, as a share of all: they pay for code and pools. */
const WARM_UP = 0.1;

/** How many times the connections of the settings come and go. */
const TIMES = 10;

/** Connections at the same time. */
const AT_ONCE = 16;

/** By then the last one's stream is closed on both sides, in ms. */
const QUIET_MS = 1_500;

/** Connecting and leaving, ten thousand times. */
export const soakRow: Row = {
  name: "soak",
  title: "Connecting and leaving, ten times as often as there are connections elsewhere",
  metrics: [
    { key: "before", title: "heap before", unit: "KiB" },
    { key: "after", title: "heap after", unit: "KiB" },
    { key: "growth", title: "growth", unit: "B/cycle" },
    { key: "handles", title: "handles more", unit: "" },
  ],
  contestants: ["peerkit-tcp", "peerkit-ws", "sealed-tcp"],
  aims: [],
  maxRounds: 1,
  onlyByName: true,
  async prepare(contestant, bench, { connections }) {
    const pair = await bench.startPair(contestant, 0);
    return () => measure(pair, connections * TIMES);
  },
};

async function measure(pair: Pair, cycles: number): Promise<Figures> {
  await comeAndGo(pair, Math.ceil(cycles * WARM_UP));
  const before = await usage(pair);
  await comeAndGo(pair, cycles);
  const after = await usage(pair);
  return {
    before: before.heapBytes / 1024,
    after: after.heapBytes / 1024,
    growth: (after.heapBytes - before.heapBytes) / cycles,
    handles: after.handles - before.handles,
  };
}

async function comeAndGo({ client, address }: Pair, count: number): Promise<void> {
  await client.request({ cmd: "handshakes", address, count, atOnce: AT_ONCE });
  await sleep(QUIET_MS);
}

async function usage({ server }: Pair): Promise<Required<Usage>> {
  const { heapBytes = 0, handles = 0, ...rest } = await server.request<Usage>({ cmd: "usage" });
  return { heapBytes, handles, ...rest };
}
