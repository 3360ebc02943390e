/**
 * A side of a contestant as the driver sees it, whatever it runs in.
 * @module
 */

import type { Request } from "./request.ts";

/** A process, or a page, that runs one side. */
export interface Side {
  /**
   * Asks it to do something. Rejects with `NotAvailableError` for what can't be measured here, with
   * another error for what failed or took too long.
   */
  request<T>(request: Request): Promise<T>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** What `usage` answers. */
export interface Usage {
  /** Resident memory of the whole process, after a garbage collection. */
  readonly rssBytes: number;
  /** CPU time since it started. */
  readonly cpuMs: number;
  /** Bytes that JavaScript holds, and its buffers; Node only. */
  readonly heapBytes?: number;
  /** Sockets, timers and the like that are open; Node only. */
  readonly handles?: number;
}
