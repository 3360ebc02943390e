/**
 * What a command may touch of its process, so that tests can hand in something else.
 * @module
 */

import type { Readable } from "node:stream";

/** The surroundings of a command. */
export interface Io {
  /** Writes a line to standard output. */
  out(line: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Calls `stop` on each SIGINT and SIGTERM from now on. */
  onStop(stop: () => void): void;
  /** Calls `reload` on each SIGHUP from now on. */
  onReload(reload: () => void): void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** A command: takes its arguments, resolves with the exit code. */
export type Command = (args: readonly string[], io: Io) => Promise<number>;

/** The process itself. */
export const processIo: Io = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: process.stdin,
  onStop(stop) {
    process.on("SIGINT", stop).on("SIGTERM", stop);
  },
  onReload(reload) {
    process.on("SIGHUP", reload);
  },
  exit: (code) => process.exit(code),
};
