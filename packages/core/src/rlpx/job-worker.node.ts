/**
 * What runs in a thread of the pool: takes jobs and answers each, in order.
 * @module
 */

import { loadCurve } from "../crypto/secp256k1.ts";
import type { P2PErrorCode } from "../errors.ts";
import { P2PError } from "../errors.ts";
import type { Job } from "./jobs.ts";
import { runJob } from "./jobs.ts";

/** What comes back: first that the thread is ready, then the bytes of each job or what was wrong. */
export type Answer =
  | "ready"
  | Uint8Array
  | { readonly code: P2PErrorCode | undefined; readonly message: string };

/** The part of `node:worker_threads` that is used; core has no types of Node. */
interface Port {
  on(event: "message", listener: (job: Job) => void): void;
  postMessage(answer: Answer): void;
}

declare const process: {
  getBuiltinModule(name: "node:worker_threads"): { readonly parentPort: Port | null };
};

const { parentPort } = process.getBuiltinModule("node:worker_threads");
await loadCurve();
parentPort?.on("message", (job) => parentPort.postMessage(answer(job)));
parentPort?.postMessage("ready");

function answer(job: Job): Answer {
  try {
    return runJob(job);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: P2PError.is(error) ? error.code : undefined, message };
  } finally {
    // They are this thread's copies.
    if ("privateKey" in job) job.privateKey.fill(0);
    if ("ephemeral" in job) job.ephemeral.fill(0);
  }
}
