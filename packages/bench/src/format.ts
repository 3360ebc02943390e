/**
 * Numbers as people read them.
 * @module
 */

import { titleOf } from "./contestants/titles.ts";
import type { Metric } from "./rows/row.ts";
import type { Interval } from "./statistics.ts";
import { medianInterval } from "./statistics.ts";
import type { Verdict } from "./verdict.ts";

/** A number with three digits that count: `0.0512`, `4.51`, `173`, `12.3k`, `3.90M`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 999_500) return `${significant(value / 1e6)}M`;
  if (size >= 9995) return `${significant(value / 1e3)}k`;
  return significant(value);
}

/** A median with its interval: `173 (168–180)`; a dash without samples. */
export function formatSamples(samples: readonly number[]): string {
  if (samples.length === 0) return "–";
  return formatInterval(medianInterval(samples));
}

/** A median with its interval. */
export function formatInterval({ median, low, high }: Interval): string {
  return `${formatNumber(median)} (${formatNumber(low)}–${formatNumber(high)})`;
}

/** What was aimed at: `peerkit, TCP ≥ 5× js-libp2p, TCP`. */
export function formatAim(verdict: Verdict, metrics: readonly Metric[]): string {
  const { contestant, metric, than, atLeast, atMost } = verdict.aim;
  const sign = atLeast === undefined ? "≤" : "≥";
  const wanted = formatNumber(atLeast ?? atMost ?? Number.NaN);
  const which = metrics.find(({ key }) => key === metric);
  const what = metrics.length > 1 ? `${titleOf(contestant)}, ${which?.title}` : titleOf(contestant);
  const unit = which?.unit === "×" ? "×" : ` ${which?.unit}`;
  return `${what} ${sign} ${wanted}${than === undefined ? unit : `× ${titleOf(than)}`}`;
}

function significant(value: number): string {
  // Rounded first: 9.996 has its three digits at another place than 10.0.
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded) || 1)));
  return value.toFixed(Math.min(4, digits));
}
