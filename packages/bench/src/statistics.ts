/**
 * The few statistics that the verdicts stand on. None assumes a distribution.
 * @module
 */

/** A median and where the true one lies. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** The chance that the true median is within, from 0 to 1. */
  readonly confidence: number;
}

/** What an interval has to reach; with fewer than 6 samples it can't. */
export const WANTED_CONFIDENCE = 0.95;

/** The value below which a share of the samples lies, with linear interpolation; NaN of none. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * The median and its interval by order statistics: the narrowest pair of samples, counted from both
 * ends, that holds the true median with a chance of 95 %; the smallest and the largest where no pair does.
 * @throws RangeError without samples.
 */
export function medianInterval(samples: readonly number[]): Interval {
  if (samples.length === 0) throw new RangeError(`"samples" expected at least one, got none`);
  const sorted = [...samples].sort((a, b) => a - b);
  let cut = 0;
  while (confidenceOf(sorted.length, cut + 1) >= WANTED_CONFIDENCE) cut++;
  return {
    median: quantile(sorted, 0.5),
    low: sorted[cut] ?? Number.NaN,
    high: sorted[sorted.length - 1 - cut] ?? Number.NaN,
    confidence: Math.max(0, confidenceOf(sorted.length, cut)),
  };
}

/** Divides round by round: what slows a whole round down falls out of it. */
export function ratios(of: readonly number[], than: readonly number[]): number[] {
  const rounds = Math.min(of.length, than.length);
  return Array.from({ length: rounds }, (_, at) => (of[at] ?? 0) / (than[at] ?? 0));
}

/** The chance that the median lies within, when `cut` samples are left out at each end. */
function confidenceOf(count: number, cut: number): number {
  let outside = 0;
  let ways = 1;
  for (let k = 0; k <= cut; k++) {
    outside += ways;
    ways = (ways * (count - k)) / (k + 1);
  }
  return 1 - (2 * outside) / 2 ** count;
}
