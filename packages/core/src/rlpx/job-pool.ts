/**
 * Threads that do jobs, where the runtime has them: `#job-pool` brings its own.
 * @module
 */

import type { JobRunner } from "./jobs.ts";

/**
 * Starts so many threads, or none where there are none. Until they are ready, and when they are
 * lost, the runner does its jobs in this thread; `warn` hears of it.
 */
export type StartPool = (
  threads: number,
  warn: (message: string, cause?: unknown) => void,
) => JobRunner | undefined;
