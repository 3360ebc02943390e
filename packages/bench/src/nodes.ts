/**
 * The nodes of a side that has several: a relay's budgets are for each of them.
 * @module
 */

/** How many there are, where nothing else is said. */
export const NODES = 16;

/**
 * One of them in turn.
 * @throws RangeError when there is none.
 */
export function take<T>(items: readonly T[], turn: number): T {
  const item = items[turn % items.length];
  if (item === undefined) throw new RangeError("nobody to take a turn");
  return item;
}
