/**
 * Threads that do jobs, where the runtime has them: `#job-pool` brings its own.
 * @module
 */

import type { JobRunner } from "./jobs.ts";

/**
 * Starts so many threads. Resolves when they are ready: to a runner that goes on in this thread
 * when they are lost, or to nothing where there are none. Never rejects; `warn` hears why.
 */
export type StartPool = (
  threads: number,
  warn: (message: string, cause?: unknown) => void,
) => Promise<JobRunner | undefined>;
