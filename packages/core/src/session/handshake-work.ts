/**
 * The arithmetic of a server's handshakes, bounded: however many begin at once, the peers that are
 * connected are served between one job and the next.
 * @module
 */

import { startPool } from "#job-pool";
import type { Logger } from "../env.ts";
import { onTurnEnd } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { Job, JobRunner } from "../rlpx/jobs.ts";
import { runJob } from "../rlpx/jobs.ts";
import type { Standing } from "./handshake-queue.ts";
import { HandshakeQueue } from "./handshake-queue.ts";

/** What one handshake has of the work. It asks for one job after another. */
export interface HandshakeJobs {
  /**
   * The job's answer, at once if nothing else is being done. Throws or rejects as the job does, or
   * with `P2P_ERR_HANDSHAKE_OVERLOAD` when too many came after this one and it had not begun.
   */
  run(job: Job): Uint8Array | Promise<Uint8Array>;
  /** Nobody wants the answer any more: a job that waits rejects and isn't done. */
  leave(): void;
}

/** A job that waits for its turn. */
interface Waiting {
  /** Starts it. */
  readonly next: () => void;
  readonly reject: (error: P2PError) => void;
}

/** Does each job here and now; for a handshake beside which there is nothing else. */
export const AT_ONCE: HandshakeJobs = { run: runJob, leave() {} };

/** Does them in this thread; then the slot is taken until the event loop has turned. */
const HERE: JobRunner = { capacity: 1, run: runJob, async close() {} };

/** The work of all handshakes of one server. */
export class HandshakeWork {
  readonly #queue: HandshakeQueue<Waiting>;
  #runner = HERE;
  #running = 0;
  #closed = false;

  /** At most `maxWaiting` handshakes that others began wait for their first job. */
  constructor(maxWaiting: number) {
    this.#queue = new HandshakeQueue(maxWaiting);
  }

  /** Starts so many threads, if any. Until they are ready the work goes on here. */
  open(threads: number, logger: Logger): void {
    if (threads === 0) return;
    const pool = startPool(threads, (message, cause) => logger.warn(message, cause));
    if (pool) this.use(pool);
  }

  /** From now on jobs are done there, and no longer one a turn in this thread. */
  use(runner: JobRunner): void {
    this.#runner = runner;
  }

  /** For one more handshake, which we began, or another node did. */
  enter(beganBy: "us" | "them"): HandshakeJobs {
    let standing: Standing = beganBy === "us" ? "dial" : "new";
    let waiting: Waiting | undefined;
    const start = (job: Job): Uint8Array | Promise<Uint8Array> => {
      if (standing === "new") standing = "begun";
      return this.#start(job);
    };
    return {
      run: (job) => {
        if (this.#closed) throw ended();
        if (this.#running < this.#runner.capacity) return start(job);
        return new Promise((resolve, reject) => {
          const next = (): void => {
            // It lives as long as the connection, and the job has keys in it.
            waiting = undefined;
            settle(() => start(job), resolve, reject);
          };
          waiting = { next, reject };
          this.#queue.add(waiting, standing)?.reject(overload());
        });
      },
      leave: () => {
        if (waiting) this.#queue.remove(waiting);
        waiting?.reject(ended());
      },
    };
  }

  /** Gives up what waits, and ends the threads; resolves when nothing of them is left. */
  close(): Promise<void> {
    this.#closed = true;
    for (let left = this.#queue.next(); left; left = this.#queue.next()) left.reject(ended());
    return this.#runner.close();
  }

  #start(job: Job): Uint8Array | Promise<Uint8Array> {
    this.#running++;
    let answer: Uint8Array | Promise<Uint8Array> | undefined;
    try {
      answer = this.#runner.run(job);
      return answer;
    } finally {
      if (answer instanceof Promise) void answer.then(this.#release, this.#release);
      else onTurnEnd(this.#release);
    }
  }

  readonly #release = (): void => {
    this.#running--;
    while (this.#running < this.#runner.capacity) {
      const waiting = this.#queue.next();
      if (!waiting) return;
      waiting.next();
    }
  };
}

function settle<T>(
  action: () => T | Promise<T>,
  resolve: (value: T | Promise<T>) => void,
  reject: (error: unknown) => void,
): void {
  try {
    resolve(action());
  } catch (error) {
    reject(error);
  }
}

function overload(): P2PError {
  return new P2PError("too many handshakes at once: this one had waited longest", {
    code: "P2P_ERR_HANDSHAKE_OVERLOAD",
  });
}

function ended(): P2PError {
  return new P2PError("the connection ended during the handshake", {
    code: "P2P_ERR_STREAM_CLOSED",
  });
}
