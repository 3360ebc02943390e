/**
 * A local socket by which other processes of the same user ask a running node what it is.
 * @module
 */

import { rm, stat } from "node:fs/promises";
import type { Server as HttpServer, IncomingMessage } from "node:http";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import type { NodeInfo, PeerInfo, PeerTraffic, Server } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { CommandError } from "../errors.ts";
import { close } from "../http/site.ts";

/** A peer as the socket shows it: go-ethereum's `PeerInfo` and what we count. */
export interface ShownPeer extends PeerInfo {
  readonly transport: string;
  /** In ms. */
  readonly lifetime: number;
  /** The last round trip in ms. */
  readonly latency?: number | undefined;
  readonly traffic: PeerTraffic;
}

/** What can be asked for, and what comes. */
export interface Answers {
  readonly info: NodeInfo;
  readonly peers: readonly ShownPeer[];
}

/** The longest an answer may take, in ms. */
const TIMEOUT_MS = 5_000;
/** Only its owner may connect: what the process's files are made without. */
const OWNER_ONLY = 0o177;

/**
 * Answers at a socket until the returned function is called, which resolves when it is gone. A
 * socket that a dead process left is replaced. Rejects with `P2P_ERR_LISTEN_FAILED` when another
 * process answers there, or it can't be made.
 */
export async function openControl(path: string, server: Server): Promise<() => Promise<void>> {
  const http = createServer((req, res) => {
    const answer = answerTo(req.url, server);
    res.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    res.end(JSON.stringify(answer ?? null));
  });
  await listenAt(http, path).catch(async (error: unknown) => {
    if (!isSystemError(error, "EADDRINUSE") || !(await isDead(path))) throw failed(path, error);
    await rm(path);
    await listenAt(http, path).catch((again: unknown) => {
      throw failed(path, again);
    });
  });
  return () => close(http);
}

/**
 * Asks the node behind a socket. Rejects with CommandError when none answers.
 */
export async function askNode<K extends keyof Answers>(path: string, what: K): Promise<Answers[K]> {
  try {
    return JSON.parse(await get(path, `/${what}`)) as Answers[K];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = `start one with "peerkit node --socket ${path}"`;
    throw new CommandError(`no node answers at ${path} (${why}): ${hint}`, { cause });
  }
}

function answerTo(url: string | undefined, server: Server): Answers[keyof Answers] | undefined {
  if (url === "/info") return server.nodeInfo();
  return url === "/peers" ? shownPeers(server) : undefined;
}

function shownPeers(server: Server): readonly ShownPeer[] {
  const peers = new Map(server.peers.map((peer) => [peer.id, peer]));
  return server.peersInfo().flatMap((info) => {
    const peer = peers.get(info.id);
    if (!peer) return [];
    const { transport, lifetime, latency, traffic } = peer;
    return [{ ...info, transport, lifetime, latency, traffic }];
  });
}

function listenAt(http: HttpServer, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    const before = process.umask(OWNER_ONLY);
    // The socket is made during the call, so no one can come in between.
    http.listen(path, () => {
      http.off("error", reject);
      resolve();
    });
    process.umask(before);
  });
}

/** True for a socket where nobody listens any more, which is no use to anyone. */
async function isDead(path: string): Promise<boolean> {
  if (!(await stat(path)).isSocket()) return false;
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(isSystemError(error, "ECONNREFUSED")));
  });
}

function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const read = (res: IncomingMessage): void => {
      let text = "";
      res.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      res.on("end", () => resolve(text)).on("error", reject);
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    request({ socketPath, path, signal }, read).on("error", reject).end();
  });
}

function failed(path: string, cause: unknown): P2PError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new P2PError(`can't listen at ${path}: ${why}`, {
    code: "P2P_ERR_LISTEN_FAILED",
    cause,
  });
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
