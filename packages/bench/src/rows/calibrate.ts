/**
 * How often something has to be done to take a given time.
 * @module
 */

/** A sample is scaled up from one that took at least this share of it. */
const ENOUGH = 0.5;

/** How much more each attempt does, at the most. */
const GROWTH = 8;

/**
 * Runs `sample` with growing counts until it takes a good part of `ms`; resolves to the count that
 * takes about `ms`, at least 1. It is the warm-up as well.
 */
export async function calibrate(
  ms: number,
  sample: (count: number) => Promise<{ readonly seconds: number }>,
): Promise<number> {
  for (let count = 4; ; ) {
    const took = (await sample(count)).seconds * 1000;
    const factor = ms / Math.max(took, 0.001);
    if (took >= ms * ENOUGH) return Math.max(1, Math.round(count * factor));
    count = Math.ceil(count * Math.min(GROWTH, Math.max(2, factor)));
  }
}
