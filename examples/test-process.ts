/**
 * Starts one of the examples as a process, for the tests.
 * @module
 */

import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** A process of an example. */
export interface ExampleProcess {
  /** Its output, line by line; ends with the process. */
  readonly lines: AsyncIterator<string>;
  /** Resolves with the exit code; null after a signal. */
  readonly exit: Promise<number | null>;
  /** Ends it. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts the built `node.ts`. */
export function startExample(...args: readonly string[]): ExampleProcess {
  return startScript("node.js", ...args);
}

/** Starts a built example, by the name of its file. */
export function startScript(name: string, ...args: readonly string[]): ExampleProcess {
  const script = fileURLToPath(new URL(`./dist/${name}`, import.meta.url));
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [script, ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = once(child, "exit").then(([code]) => code as number | null);
  return {
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    exit,
    async stop() {
      child.kill();
      await exit;
    },
  };
}

/** Starts a listening example. Resolves with its two addresses. */
export async function startListener(): Promise<ExampleProcess & { tcp: string; ws: string }> {
  const example = startExample();
  const tcp = await example.lines.next();
  const ws = await example.lines.next();
  return { ...example, tcp: String(tcp.value), ws: String(ws.value) };
}
