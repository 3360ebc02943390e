/**
 * A relay in a process of its own, as a visitor would run it.
 * @module
 */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../packages/cli/bin/peerkit.js", import.meta.url));
const SITE = fileURLToPath(new URL("../dist", import.meta.url));

/** A relay that can be stopped and started again on the same port with the same key. */
export class Relay {
  readonly #folder: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;
  #port = 0;
  /** Where the page is. */
  url = "";
  /** Dialable addresses, `enode://…` first. */
  urls: readonly string[] = [];

  private constructor(folder: string, flags: readonly string[]) {
    this.#folder = folder;
    this.#flags = flags;
  }

  /** Makes one, with these flags besides its own, and starts it. */
  static async start(...flags: readonly string[]): Promise<Relay> {
    const relay = new Relay(await mkdtemp(join(tmpdir(), "peerkit-demo-")), flags);
    await relay.#writePolicy([]);
    await relay.start();
    return relay;
  }

  /** Resolves when the page can be opened; at once if it runs. */
  async start(): Promise<void> {
    if (this.#process?.exitCode === null) return;
    const where = ["--http", `127.0.0.1:${this.#port}`, "--listen", "tcp://127.0.0.1:0"];
    const files = ["--key-file", this.#path("key"), "--policy", this.#path("policy.json")];
    const rest = ["--site", SITE, "--drain", "0", "--json", ...this.#flags];
    const options = [...where, ...files, ...rest];
    const child = spawn(process.execPath, [COMMAND, "relay", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = child;
    const ready = await readyLine(child);
    this.url = ready.page;
    this.urls = ready.urls;
    this.#port = Number(new URL(ready.page).port);
  }

  /** Stops it in order: it tells its peers that it quits. Resolves when the process is gone. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }

  /** While it is stopped: it will be another node. */
  async loseKey(): Promise<void> {
    await rm(this.#path("key"));
  }

  /** It may dial these TCP nodes from now on; it is started anew for that. */
  async allow(nodes: readonly string[]): Promise<void> {
    await this.stop();
    await this.#writePolicy(nodes);
    await this.start();
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #writePolicy(allow: readonly string[]): Promise<void> {
    return writeFile(this.#path("policy.json"), JSON.stringify({ allow }));
  }

  /** Stops it for good. */
  async end(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true });
  }
}

interface Ready {
  readonly page: string;
  readonly urls: readonly string[];
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error("the relay has no output");
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const event: unknown = JSON.parse(line);
    if (isReady(event)) {
      // Its later lines are not looked at, but have to be read.
      child.stdout.resume();
      return event;
    }
  }
  throw new Error("the relay ended before it was ready");
}

function isReady(event: unknown): event is Ready {
  return typeof event === "object" && event !== null && "page" in event && "urls" in event;
}
