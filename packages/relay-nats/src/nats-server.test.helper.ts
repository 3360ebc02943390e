/**
 * A NATS server of the machine's own, on loopback, for tests.
 * @module
 */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { needs } from "../../../scripts/needs.mjs";

/** The program; a test that needs it is skipped in sight where it is missing. */
export const natsNeed: ReturnType<typeof needs> = needs("nats");

/** How to start a server. */
export interface NatsServerOptions {
  /** @default one that is free */
  readonly port?: number;
  /** @default with JetStream, its store empty */
  readonly jetStream?: boolean;
  /** More of its own flags. */
  readonly flags?: readonly string[];
}

/** Starts so many servers as one cluster, on ports that are free. Resolves when they take connections. */
export async function startNatsCluster(size: number): Promise<readonly NatsServer[]> {
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`);
  const start = (route: string, at: number): Promise<NatsServer> => {
    const cluster = ["--cluster_name", "peerkit", "--cluster", route, "--routes", routes.join(",")];
    return startNatsServer({ flags: ["-n", `server-${at}`, ...cluster] });
  };
  return Promise.all(routes.map(start));
}

/** A server that runs. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it at once, as a crash does. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Makes it stand still, and go on. */
  freeze(): void;
  thaw(): void;
}

/** Starts a server. Resolves when it takes connections. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const { port = -1, jetStream = true, flags = [] } = options;
  const store = mkdtempSync(join(tmpdir(), "peerkit-nats-"));
  const args = ["-a", "127.0.0.1", "-p", `${port}`, ...(jetStream ? ["-js", "-sd", store] : [])];
  const child = spawn(natsNeed.path, [...args, ...flags], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(store, { recursive: true, force: true });
  };
  try {
    const bound = await portOf(child);
    return {
      url: `nats://127.0.0.1:${bound}`,
      port: bound,
      pid: child.pid ?? 0,
      kill,
      freeze: () => child.kill("SIGSTOP"),
      thaw: () => child.kill("SIGCONT"),
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** A port that nobody has, for now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What the server says at its start. Reads on afterwards, so that it never waits for us. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let port: number | undefined;
    const said: string[] = [];
    const { stderr } = child;
    if (!stderr) throw new Error("the server's output isn't piped");
    const lines = createInterface(stderr);
    lines.on("line", (line) => {
      const [, bound] = /Listening for client connections on \S+:(\d+)/.exec(line) ?? [];
      if (bound !== undefined) port = Number(bound);
      if (/Server is ready/.test(line) && port !== undefined) resolve(port);
      if (said.length < 50) said.push(line);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`nats-server has ended:\n${said.join("\n")}`)));
  });
}
