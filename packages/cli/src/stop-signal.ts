/**
 * The signal that ends a command.
 * @module
 */

import type { Io } from "./io.ts";

/** Exit code of a process that a second signal ended. */
const INTERRUPTED = 130;

/** Resolves with the first SIGINT or SIGTERM, which asks; the second doesn't wait, and ends the process. */
export function stopSignal(io: Io): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    io.onStop(() => {
      if (asked) io.exit(INTERRUPTED);
      asked = true;
      resolve();
    });
  });
}
