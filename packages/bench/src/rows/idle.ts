/**
 * What connections cost that nobody uses: the listening side's memory and CPU time for each.
 * @module
 */

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Pair } from "../bench.ts";
import { NotAvailableError } from "../link.ts";
import type { Usage } from "../sides/side.ts";
import type { Aim, Figures, Row } from "./row.ts";

/** Connections that are opened at the same time. */
const AT_ONCE = 16;

/** Files that a process has open besides. */
const OTHER_FILES = 100;

/** The rows at 1,000 and at 10,000 connections. */
export const idleRows: readonly Row[] = [
  idle({
    name: "idle",
    contestants: [
      "peerkit-tcp",
      "peerkit-ws",
      "sealed-tcp",
      "raw-tcp",
      "raw-ws",
      "geth",
      "libp2p-tcp",
      "libp2p-ws",
      "devp2p",
    ],
    times: 1,
    aims: [
      ...atMostThird("peerkit-tcp", ["devp2p", "libp2p-tcp"]),
      ...atMostThird("peerkit-ws", ["devp2p", "libp2p-ws"]),
    ],
  }),
  idle({
    name: "idle-10000",
    contestants: ["peerkit-tcp", "peerkit-ws", "raw-tcp", "raw-ws"],
    times: 10,
    aims: [],
  }),
];

interface Idle {
  readonly name: string;
  readonly contestants: readonly string[];
  /** How many times the connections of the settings. */
  readonly times: number;
  readonly aims: readonly Aim[];
}

function idle({ name, contestants, times, aims }: Idle): Row {
  return {
    name,
    title: `${times > 1 ? "Ten times as many idle" : "Idle"} connections: the listening side's cost of each`,
    metrics: [
      { key: "rss", title: "memory", unit: "KiB" },
      { key: "live", title: "of it alive in JavaScript", unit: "KiB" },
      { key: "cpu", title: "CPU time in a second", unit: "µs" },
    ],
    contestants,
    aims,
    ...(times > 1 ? { maxRounds: 1, onlyByName: true } : {}),
    async prepare(contestant, bench, { connections, watchMs }) {
      const counts = { warmUp: connections, count: connections * times };
      requireOpenFiles(counts.warmUp + counts.count);
      // Each round has a fresh process: memory that was once taken isn't given back.
      return () => connectIdle(contestant, bench, counts, watchMs);
    },
  };
}

function atMostThird(contestant: string, others: readonly string[]): Aim[] {
  return others.map((than) => ({ contestant, metric: "rss", than, atMost: 1 / 3 }));
}

/** How many connections are opened. */
export interface IdleCounts {
  /**
   * Before memory is read first: they pay for code and pools, and for the nursery of the garbage
   * collector, which grows to its full size with the first thousand.
   */
  readonly warmUp: number;
  /** Those that are measured. */
  readonly count: number;
}

/** Opens connections to a fresh process and watches it; resolves to what each costs there. */
export async function connectIdle(
  contestant: string,
  bench: Bench,
  { warmUp, count }: IdleCounts,
  watchMs: number,
): Promise<Figures> {
  const pair = await bench.startPair(contestant, warmUp);
  try {
    const before = await usage(pair);
    await connect(pair, count);
    const opened = await usage(pair);
    await sleep(watchMs);
    const watched = await usage(pair);
    const idled = watched.cpuMs - opened.cpuMs - (await ownCost(pair));
    return {
      rss: (opened.rssBytes - before.rssBytes) / 1024 / count,
      ...liveOf(before, opened, count),
      cpu: ((Math.max(0, idled) / watchMs) * 1e6) / (count + warmUp),
    };
  } finally {
    await pair.stop();
  }
}

/** What JavaScript holds for each: what there is beyond it is garbage, code and the system's. */
function liveOf(before: Usage, after: Usage, count: number): Figures {
  if (before.heapBytes === undefined || after.heapBytes === undefined) return {};
  return { live: (after.heapBytes - before.heapBytes) / 1024 / count };
}

/** @throws NotAvailableError where a process can't have so many connections open. */
export function requireOpenFiles(connections: number): void {
  const allowed = openFilesLimit();
  if (allowed >= connections + OTHER_FILES) return;
  throw new NotAvailableError(
    `needs ${connections + OTHER_FILES} open files, ${allowed} are allowed`,
  );
}

/** How many files a process may have open; any number where the system doesn't say. */
function openFilesLimit(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    // Node raises its own soft limit to the hard one when it starts.
    return Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    // Not Linux: then the connections themselves tell.
    return Number.POSITIVE_INFINITY;
  }
}

/** The CPU time that reading the usage takes by itself: it collects garbage. */
async function ownCost(pair: Pair): Promise<number> {
  const before = await usage(pair);
  return (await usage(pair)).cpuMs - before.cpuMs;
}

function connect({ client, address }: Pair, count: number): Promise<unknown> {
  return client.request({ cmd: "connect", address, count, atOnce: AT_ONCE });
}

function usage({ server }: Pair): Promise<Usage> {
  return server.request<Usage>({ cmd: "usage" });
}
