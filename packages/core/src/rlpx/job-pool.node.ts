/**
 * Jobs in threads of Node's. A thread that is lost takes nothing with it: what it had, and what
 * would have been its share, is done by the others or here.
 * @module
 */

import { P2PError } from "../errors.ts";
import type { StartPool } from "./job-pool.ts";
import type { Answer } from "./job-worker.node.ts";
import type { Job, JobRunner } from "./jobs.ts";
import { runJob } from "./jobs.ts";

/** Jobs that one thread has at once: while it does one, the next is on its way. */
const IN_FLIGHT = 2;

/** The part of a `Worker` that is used; core has no types of Node. */
export interface Thread {
  on(event: "message", listener: (answer: Answer) => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: () => void): void;
  postMessage(job: Job): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

// Got in a way that no bundler follows.
declare const process: {
  getBuiltinModule(name: "node:worker_threads"): {
    readonly Worker: new (file: URL, options: { readonly execArgv: string[] }) => Thread;
  };
};

/** @see StartPool */
export const startPool: StartPool = (threads, warn) => openPool(threads, warn, newThread);

/** The pool over threads that `open` makes. */
export function openPool(
  threads: number,
  warn: (message: string, cause?: unknown) => void,
  open: () => Thread,
): JobRunner {
  const pool = new Pool(warn);
  for (let count = 0; count < threads; count++) pool.add(open());
  return pool;
}

function newThread(): Thread {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  // Not with the flags of this process: some, such as --input-type, are for its main file alone.
  return new Worker(new URL("./job-worker.node.js", import.meta.url), { execArgv: [] });
}

class Pool implements JobRunner {
  readonly #warn: (message: string, cause?: unknown) => void;
  readonly #members = new Set<Member>();

  constructor(warn: (message: string, cause?: unknown) => void) {
    this.#warn = warn;
  }

  get capacity(): number {
    return Math.max(1, IN_FLIGHT * this.#ready.length);
  }

  add(thread: Thread): void {
    const member = new Member(thread, (cause) => {
      // `close` has taken it out already.
      if (this.#members.delete(member)) this.#warn("a thread for handshakes was lost", cause);
    });
    this.#members.add(member);
  }

  run(job: Job): Uint8Array | Promise<Uint8Array> {
    let idlest: Member | undefined;
    for (const member of this.#ready) {
      if (!idlest || member.load < idlest.load) idlest = member;
    }
    return idlest?.run(job) ?? runJob(job);
  }

  async close(): Promise<void> {
    const members = [...this.#members];
    this.#members.clear();
    await Promise.all(members.map((member) => member.close()));
  }

  get #ready(): Member[] {
    return [...this.#members].filter(({ ready }) => ready);
  }
}

interface Pending {
  readonly job: Job;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread, and the jobs that it has, in order; the pool's capacity bounds them. */
class Member {
  ready = false;
  readonly #thread: Thread;
  readonly #pending: Pending[] = [];

  constructor(thread: Thread, onLost: (cause: unknown) => void) {
    this.#thread = thread;
    // A server that has nothing else to wait for may end.
    thread.unref();
    let cause: unknown;
    thread.on("message", (answer) => this.#take(answer));
    thread.on("error", (error) => {
      cause = error;
    });
    thread.on("exit", () => {
      onLost(cause);
      for (const { job, ...pending } of this.#pending.splice(0)) doHere(job, pending);
    });
  }

  get load(): number {
    return this.#pending.length;
  }

  run(job: Job): Promise<Uint8Array> {
    this.#thread.postMessage(compact(job));
    return new Promise((resolve, reject) => {
      this.#pending.push({ job, resolve, reject });
    });
  }

  /** What it has is given up. */
  async close(): Promise<void> {
    for (const { reject } of this.#pending.splice(0)) {
      reject(new P2PError("the server was stopped", { code: "P2P_ERR_NOT_RUNNING" }));
    }
    await this.#thread.terminate();
  }

  #take(answer: Answer): void {
    if (answer === "ready") {
      this.ready = true;
      return;
    }
    const pending = this.#pending.shift();
    if (answer instanceof Uint8Array) pending?.resolve(answer);
    else pending?.reject(errorFrom(answer));
  }
}

function doHere(job: Job, { resolve, reject }: Omit<Pending, "job">): void {
  try {
    resolve(runJob(job));
  } catch (error) {
    reject(error);
  }
}

function errorFrom({
  code,
  message,
}: {
  code: P2PError["code"] | undefined;
  message: string;
}): Error {
  return code ? new P2PError(message, { code }) : new Error(message);
}

/** The job with bytes that are all of their memory: a copy would take all of it along. */
function compact(job: Job): Job {
  const fields = Object.entries(job).map(([name, value]) => [
    name,
    value instanceof Uint8Array && value.length < value.buffer.byteLength
      ? new Uint8Array(value)
      : value,
  ]);
  return Object.fromEntries(fields);
}
