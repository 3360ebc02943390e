/**
 * `peerkit relay` in processes of their own, for tests.
 * @module
 */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const BIN: string = fileURLToPath(new URL("../../bin/peerkit.js", import.meta.url));

/** What a relay says when it is up. */
export interface Ready {
  readonly urls: readonly string[];
  readonly page: string;
  readonly bounds: object;
}

/** A relay that runs. */
export interface RelayProcess {
  readonly child: ChildProcess;
  readonly ready: Ready;
  /** Its address for `via`. */
  readonly via: string;
  /** Resolves to the next event of a type in its log. */
  next(type: string): Promise<Record<string, unknown>>;
}

/** Starts one, on a port of its own unless `--http` names one. Resolves when it is up. */
export async function startRelayProcess(...args: readonly string[]): Promise<RelayProcess> {
  const http = args.includes("--http") ? [] : ["--http", "127.0.0.1:0"];
  const child = spawn(process.execPath, [BIN, "relay", "--json", ...http, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (type: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the relay ended before "${type}"`);
      const event = JSON.parse(value);
      if (event.type === type) return event;
    }
  };
  const ready = (await next("ready")) as unknown as Ready;
  return { child, next, ready, via: ready.urls.find((url) => url.startsWith("enode+ws")) ?? "" };
}

/** Sends a process a signal. Resolves to its exit code when it is gone. */
export async function exit(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const gone = once(child, "exit");
  child.kill(signal);
  return (await gone)[0];
}

/** Resolves when it is true; turns of the event loop go by. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
