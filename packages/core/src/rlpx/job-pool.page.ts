/**
 * A page has no threads for jobs: few nodes dial it, and each of its handshakes yields between jobs.
 * @module
 */

import type { StartPool } from "./job-pool.ts";

/** @see StartPool */
export const startPool: StartPool = (_threads, warn) => {
  warn("handshakeWorkers: this runtime has none, so handshakes are done in its one thread");
  return undefined;
};
