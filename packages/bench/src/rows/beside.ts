/**
 * What a connection feels of something hostile beside it: its round trips with that, and without.
 * @module
 */

import type { Pair } from "../bench.ts";
import type { Distribution } from "../workload.ts";
import type { Aim, Figures, Metric } from "./row.ts";

/** Elsewhere any number may connect; what something hostile meets are the default limits. */
export const BOUNDED = "peerkit-tcp-limits";

/** A round trip is made this often, in ms. */
const PAUSE_MS = 2;

/** How much longer a round trip may take beside it. */
const FACTOR = 2;

/** What is measured; the words say when it isn't there, and when it is. */
export function besideMetrics(without: string, beside: string): readonly Metric[] {
  return [
    { key: "quiet50", title: `median, ${without}`, unit: "ms" },
    { key: "flood50", title: `median, ${beside}`, unit: "ms" },
    { key: "quiet99", title: `p99, ${without}`, unit: "ms" },
    { key: "flood99", title: `p99, ${beside}`, unit: "ms" },
    { key: "factor50", title: "median, factor", unit: "×" },
    { key: "factor99", title: "p99, factor", unit: "×" },
  ];
}

/** What is aimed at for each of these. */
export function besideAims(contestants: readonly string[]): readonly Aim[] {
  return contestants.flatMap((contestant) =>
    ["factor50", "factor99"].map((metric) => ({ contestant, metric, atMost: FACTOR })),
  );
}

/** The figures of one round. */
export function besideFigures(quiet: Distribution, beside: Distribution): Figures {
  return {
    quiet50: quiet.p50,
    flood50: beside.p50,
    quiet99: quiet.p99,
    flood99: beside.p99,
    factor50: beside.p50 / quiet.p50,
    factor99: beside.p99 / quiet.p99,
  };
}

/** Round trips for so many ms. */
export function roundTrips({ client }: Pair, ms: number): Promise<Distribution> {
  const count = Math.max(1, Math.round(ms / PAUSE_MS));
  return client.request({ cmd: "roundTrips", size: 32, count, pauseMs: PAUSE_MS });
}
