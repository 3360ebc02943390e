/**
 * A side in a process of its own, driven by JSON lines over its standard streams.
 * @module
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { NotAvailableError } from "../link.ts";
import type { Request } from "./request.ts";
import { timeoutOf, timeoutText } from "./request.ts";
import type { Side } from "./side.ts";

/** How long a process has to end by itself, in ms. */
const STOP_TIMEOUT_MS = 3000;

/** The most of its error output that is kept, in characters. */
const STDERR_MAX = 2000;

/** What has to end with this process, should it end before they were stopped. */
const running = new Set<ChildProcessWithoutNullStreams>();

/** Everybody's `ws` masks in JavaScript, as it does where nothing more is installed, unless it is asked for. */
const MASKING = process.env.PEERKIT_BENCH_BUFFERUTIL ? {} : { WS_NO_BUFFER_UTIL: "1" };

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly unavailable?: boolean;
}

/** A running process. It ends with {@link ProcessSide.stop}, or when this process does. */
export class ProcessSide implements Side {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #exited: Promise<void>;
  #stderr = "";
  #failure: string | undefined;
  #lastId = 0;

  /** Starts a program. What goes wrong with it is told by its requests. */
  constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: "pipe", env: { ...process.env, ...MASKING } });
    this.#child = child;
    keep(child);
    // Writing to a program that ended fails here too; its end is told below.
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_MAX);
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#settle(JSON.parse(line)));
    this.#exited = new Promise((resolve) => {
      const end = (why: string) => {
        running.delete(child);
        this.#fail(`${command} ended (${why}) ${this.#stderr.trim()}`);
        resolve();
      };
      child.once("error", (error) => end(error.message));
      child.once("close", (code, signal) => end(`${code ?? signal}`));
    });
  }

  request<T>(request: Request): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(new Error(this.#failure));
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const timeout = () => this.#settle({ id, error: timeoutText(request) });
      const timer = setTimeout(timeout, timeoutOf(request));
      this.#waiting.set(id, ({ result, error, unavailable }) => {
        clearTimeout(timer);
        if (error === undefined) resolve(result as T);
        else reject(unavailable ? new NotAvailableError(error) : new Error(error));
      });
      this.#child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    this.#child.stdin.end();
    await this.#exited;
    clearTimeout(timer);
  }

  #settle(answer: Answer): void {
    const settle = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    settle?.(answer);
  }

  #fail(error: string): void {
    this.#failure = error;
    for (const id of this.#waiting.keys()) this.#settle({ id, error });
  }
}

function keep(child: ChildProcessWithoutNullStreams): void {
  if (running.size === 0) {
    process.removeListener("exit", killAll);
    process.once("exit", killAll);
  }
  running.add(child);
}

function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}
