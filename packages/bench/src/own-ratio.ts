/**
 * How ours compares with each of the others, whether or not there is an aim.
 * @module
 */

import type { RowResult } from "./results.ts";
import { samplesOf } from "./results.ts";
import type { Interval } from "./statistics.ts";
import { medianInterval, ratios } from "./statistics.ts";

/**
 * A row's first figure of ours divided by that of a contestant, over WebSocket with those over
 * WebSocket. Undefined for our own, and where one of the two wasn't measured.
 */
export function ownRatio(row: RowResult, contestant: string): Interval | undefined {
  const metric = row.metrics[0]?.key ?? "";
  const own = row.cells.find(({ contestant: name, samples }) => {
    const sameKind = name.endsWith("-ws") === /-ws(-|$)/.test(contestant);
    return name.startsWith("peerkit") && sameKind && samples[metric] !== undefined;
  });
  if (own === undefined || contestant.startsWith("peerkit")) return undefined;
  const values = ratios(samplesOf(row, own.contestant, metric), samplesOf(row, contestant, metric));
  return values.length === 0 ? undefined : medianInterval(values);
}
