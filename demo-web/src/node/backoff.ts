/**
 * How long to wait before dialing again.
 * @module
 */

/** The wait after the first failure. */
const FIRST_MS = 1_000;

/** The longest wait, before it is spread. */
const LONGEST_MS = 15_000;

/** How far a wait is spread to both sides, so that a thousand tabs don't come back at once. */
const SPREAD = 0.25;

/**
 * The wait after `failures` failures in a row, 1 or more, in ms: about 1, 2, 4, 8, 15 s.
 * `random` is from 0 to 1.
 */
export function backoffMs(failures: number, random: number): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(wait * (1 - SPREAD + 2 * SPREAD * random));
}
