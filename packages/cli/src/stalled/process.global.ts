/**
 * Starts sides in processes of their own: for the tests in Node, and one before those in pages.
 * @module
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "./side.test.helper.mjs";

/** What vitest hands to a global setup. */
interface Project {
  provide(key: "stalledSide", value: string): void;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The WebSocket address of a side in a process. */
    stalledSide: string;
  }
}

/** A side that runs elsewhere. */
export interface SideProcess {
  /** Where it listens: on TCP, then on WebSocket. */
  readonly urls: readonly string[];
  connect(url: string): Promise<void>;
  run(command: Command): Promise<number>;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("./process.test.helper.mjs", import.meta.url));

/** Starts one; one request at a time. */
export async function startSide(): Promise<SideProcess> {
  const child = fork(SCRIPT, { execArgv: ["--expose-gc"] });
  const answer = async () => {
    const [message] = await once(child, "message");
    if (message.error) throw new Error(message.error);
    return message;
  };
  const { urls } = await answer();
  const ask = async (message: Command | { readonly connect: string }): Promise<number> => {
    child.send(message);
    return (await answer()).result;
  };
  return {
    urls,
    connect: async (url) => void (await ask({ connect: url })),
    run: ask,
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** The one for pages; returns what stops it. */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  const side = await startSide();
  project.provide("stalledSide", side.urls[1] ?? "");
  return side.stop;
}
