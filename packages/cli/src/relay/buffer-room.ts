/**
 * Room in the heap for what sockets read. V8 counts that against a limit a little above what the
 * program itself holds, and at the limit goes through all of it: for every 16 MB that a busy relay
 * moves, the more the more nodes it has. With more room the buffers are freed long before, cheaply.
 * @module
 */

import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** How far the limit is to be above what is held: V8 frees young buffers at 32 MB of them. */
const ROOM_BYTES = 64 * 1024 * 1024;
/** What V8 leaves by itself, in percent. */
const LEAST_PERCENT = 10;
/** How often it is looked at how much is held, in ms. */
const INTERVAL_MS = 10_000;

/** By how many percent the heap may grow before all of it is gone through; 0 leaves it to V8. */
export function growthPercent(heldBytes: number): number {
  const percent = Math.ceil((ROOM_BYTES / heldBytes) * 100);
  return percent > LEAST_PERCENT ? percent : 0;
}

/** Keeps the room, of this process, until the returned function is called. */
export function keepBufferRoom(): () => void {
  const adjust = (): void => {
    const percent = growthPercent(getHeapStatistics().used_heap_size);
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  adjust();
  const timer = setInterval(adjust, INTERVAL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    setFlagsFromString("--heap-growing-percent=0");
  };
}
