/**
 * Blocks of memory for large records, and for what waits to become one. All sessions share them:
 * new memory of that size costs about as much as encrypting it.
 * @module
 */

/** The largest record fits in a block. */
export const BLOCK_SIZE = 65 * 1024;
/** The most blocks that wait to be used again. */
const MAX_FREE = 16;

const free: Uint8Array[] = [];

/** A block, with whatever it held before. */
export function takeBlock(): Uint8Array {
  return free.pop() ?? new Uint8Array(BLOCK_SIZE);
}

/** Takes a block back that nobody reads or writes any more. */
export function giveBlock(block: Uint8Array): void {
  if (free.length < MAX_FREE) free.push(block);
}
