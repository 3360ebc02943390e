/**
 * A program with peers that no one here wrote, driven by JSON lines over its standard streams.
 * @module
 */

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Inbox } from "./inbox.ts";

/** One line that the program wrote. Which fields are there depends on `event`. */
export interface Line {
  readonly event: "hello" | "result" | "add" | "drop" | "run" | "message" | "eth" | "error";
  readonly id?: number;
  /** The name of the node that it is about. */
  readonly node?: string;
  /** A node id: 64 hex digits. */
  readonly peer?: string;
  /** `name/version`. */
  readonly protocol?: string;
  readonly code?: number;
  readonly size?: number;
  readonly sha256?: string;
  /** The first block of the chain that `eth` was spoken for: 64 hex digits. */
  readonly genesis?: string;
  readonly fullname?: string;
  readonly caps?: readonly string[];
  readonly inbound?: boolean;
  readonly enode?: string;
  /** A node's record. */
  readonly enr?: string;
  readonly error?: string;
  /** The disconnect reason that `error` stands for; null where it is another error. */
  readonly reason?: number | null;
  readonly program?: string;
  readonly platform?: string;
}

/** What the program answered to a request that failed. */
export class ForeignError extends Error {
  /** The disconnect reason behind it, if there is one. */
  readonly reason: number | undefined;

  constructor(message: string, reason: number | undefined) {
    super(message);
    this.reason = reason;
  }

  override get name(): string {
    return "ForeignError";
  }
}

/** The most of the program's error output that is kept, in characters. */
const STDERR_MAX = 4000;

/** A running program. It ends when {@link PeerProcess.stop} is called, or when this process ends. */
export class PeerProcess {
  /** Its name and version, such as `go-ethereum v1.17.10`. */
  readonly program: string;
  /** Everything it told, apart from answers. */
  readonly lines: Inbox<Line>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (line: Line | Error) => void>();
  readonly #exited: Promise<void>;
  #failure: Error | undefined;
  #lastId = 0;

  private constructor(child: ChildProcessWithoutNullStreams, lines: Inbox<Line>, program: string) {
    this.#child = child;
    this.lines = lines;
    this.program = program;
    this.#exited = new Promise((resolve) => child.once("close", () => resolve()));
  }

  /** Starts a program. Resolves when it has said hello; rejects when it can't be started. */
  static async start(command: string, args: readonly string[]): Promise<PeerProcess> {
    const child = spawn(command, args, { stdio: "pipe" });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    // Writing to a program that ended fails here too; its end is told below.
    child.stdin.on("error", () => {});
    const lines = new Inbox<Line>();
    let running: PeerProcess | undefined;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-STDERR_MAX);
    });
    const ended = new Promise<never>((_, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => {
        process.removeListener("exit", kill);
        const error = new Error(`${command} ended (${code ?? signal}) ${stderr.trim()}`);
        lines.end(error);
        running?.fail(error);
        reject(error);
      });
    });
    ended.catch(() => {});
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      if (line.event === "result") running?.settle(line);
      else lines.put(line);
    });
    const hello = await Promise.race([lines.take((l) => l.event === "hello", "its hello"), ended]);
    running = new PeerProcess(child, lines, hello.program ?? command);
    return running;
  }

  /** Sends a command. Resolves with its answer; rejects with a {@link ForeignError} where it failed. */
  request(cmd: string, fields: object = {}): Promise<Line> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (line) => {
        if (line instanceof Error) reject(line);
        else if (line.error === undefined) resolve(line);
        else reject(new ForeignError(line.error, line.reason ?? undefined));
      });
      this.#child.stdin.write(`${JSON.stringify({ id, cmd, ...fields })}\n`);
    });
  }

  /** Ends the program, by force after 3 s. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 3000);
    this.#child.stdin.end();
    await this.#exited;
    clearTimeout(timer);
  }

  /** Hands an answer to whoever asked. */
  settle(line: Line): void {
    const answer = this.#answers.get(line.id ?? -1);
    this.#answers.delete(line.id ?? -1);
    answer?.(line);
  }

  /** Ends every request, those that wait and those to come. */
  fail(error: Error): void {
    this.#failure = error;
    for (const answer of this.#answers.values()) answer(error);
    this.#answers.clear();
  }
}
