/**
 * Checks that several options share.
 * @module
 */

/**
 * A whole number from `least` on, or its default.
 * @throws RangeError naming the option.
 */
export function count(
  value: number | undefined,
  fallback: number,
  title: string,
  least = 0,
): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${title}: expected an integer from ${least}, got ${value}`);
  }
  return value;
}
