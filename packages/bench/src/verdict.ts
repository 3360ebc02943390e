/**
 * Whether an aim is met, by the interval of the figure and not by its median.
 * @module
 */

import type { RowResult } from "./results.ts";
import { samplesOf } from "./results.ts";
import type { Aim } from "./rows/row.ts";
import type { Interval } from "./statistics.ts";
import { medianInterval, ratios, WANTED_CONFIDENCE } from "./statistics.ts";

/**
 * `unclear`: the interval spans the aim, or there were too few rounds for one. `skipped`: one of the
 * two wasn't measured.
 */
export type Judgement = "met" | "missed" | "unclear" | "skipped";

/** An aim and what came of it. */
export interface Verdict {
  readonly aim: Aim;
  readonly judgement: Judgement;
  /** Of the figure, or of its ratio; absent where it was skipped. */
  readonly interval?: Interval;
}

/** Judges every aim of a row. */
export function judgeRow(row: RowResult): Verdict[] {
  return row.aims.map((aim) => {
    const own = samplesOf(row, aim.contestant, aim.metric);
    const values = aim.than === undefined ? own : ratios(own, samplesOf(row, aim.than, aim.metric));
    if (values.length === 0) return { aim, judgement: "skipped" };
    const interval = medianInterval(values);
    return { aim, judgement: judge(aim, interval), interval };
  });
}

function judge({ atLeast, atMost }: Aim, { low, high, confidence }: Interval): Judgement {
  if (confidence < WANTED_CONFIDENCE) return "unclear";
  if (atLeast !== undefined) return low >= atLeast ? "met" : high < atLeast ? "missed" : "unclear";
  if (atMost !== undefined) return high <= atMost ? "met" : low > atMost ? "missed" : "unclear";
  throw new TypeError("an aim needs atLeast or atMost");
}
