/**
 * `peerkit node`: runs a node with the demo protocols.
 * @module
 */

import { createInterface } from "node:readline";
import { P2PError } from "@peerkit/core";
import { readArgs } from "../args.ts";
import type { Io } from "../io.ts";
import type { Log } from "../log.ts";
import { openLog } from "../log.ts";
import { NODE_OPTIONS, readNodeConfig } from "../node/config.ts";
import { openKept } from "../node/kept.ts";
import type { RunningNode } from "../node/run.ts";
import { startNode } from "../node/run.ts";
import { stopSignal } from "../stop-signal.ts";

const HELP = `Usage: peerkit node [options]

Runs a node with the demo protocols: MyProtocol/1, which answers foo with bar, and chat/1, a
room for everyone who connects. In a terminal, lines you type are said in the chat.

Options:
  --listen <url>       where to listen, tcp://host:port or ws://host:port/path; repeatable
                       (default tcp://127.0.0.1:30303 and ws://127.0.0.1:30304; port 0: any)
  --peer <address>     a node to stay connected to, enode://... or enode+ws://...; repeatable
  --key-file <path>    keeps the node's key; made when absent (default: a fresh key each time)
  --data <dir>         keeps the key, the record's number and the nodes it reached, for its owner only
  --name <name>        how others see this node (default peerkit)
  --max-peers <n>      how many peers at most (default 50)
  --inbound-limit <n>  how often one IP address may connect in 30 s, or "off" (default 120;
                       the local network as often as it likes)
  --trust-proxy <net>  a reverse proxy, an IP address or a network, whose X-Forwarded-For or
                       Forwarded header says who connects; repeatable
  --handshake-workers <n>
                       threads for the handshakes (default 1 with --host, else 0)
  --http <host:port>   serves HTTP, /peerkit.json for pages, and WebSocket on /p2p
  --metrics <h:p>      serves metrics to Prometheus at /metrics; a port alone is on loopback
  --socket <path>      lets "peerkit info" and "peerkit peers" ask it there
  --site <dir>         serves the page in this folder on --http
  --host               listens on all interfaces where an address wasn't given, and for --http
  --chat               says the lines of standard input, also when it is no terminal
  --json               prints one line of JSON for each event
  --help               this text

Exit codes: 0 stopped by SIGINT or SIGTERM; 1 it could not start; 2 the command line is wrong.`;

/** Runs `peerkit node` until a signal stops it. Exit codes: see its help. */
export async function nodeCommand(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArgs("node", args, NODE_OPTIONS);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const config = readNodeConfig(values);
  const log = openLog(io, config.json);
  const kept = await openKept(config);
  const stopped = stopSignal(io);
  const node = await startNode(config, kept, log).catch((error: unknown) => {
    throw withPortHint(error);
  });
  const hushed = config.chat || io.stdin.isTTY ? sayLines(node, io, log) : () => {};
  await stopped;
  hushed();
  log({ type: "stop" }, "stopping");
  await node.stop();
  return 0;
}

// A port that is taken is the commonest reason for not starting: say what to type instead.
function withPortHint(error: unknown): unknown {
  if (!P2PError.is(error) || error.code !== "P2P_ERR_LISTEN_FAILED") return error;
  const message = `${error.message}\n${PORT_HINT}`;
  return new P2PError(message, { code: error.code, cause: error });
}

const PORT_HINT =
  "Other ports are chosen by --http 127.0.0.1:8081, --listen tcp://127.0.0.1:30305 and the like; " +
  "port 0 takes any that is free. After npm start they stand behind a --: npm start -- --http …";

function sayLines(node: RunningNode, io: Io, log: Log): () => void {
  const lines = createInterface({ input: io.stdin });
  lines.on("line", (line) => {
    node.say(line).then(
      (heard) => {
        if (heard === 0) log({ type: "unheard", text: line }, "no one is in the room yet");
      },
      (error: Error) =>
        log({ type: "not-said", error: error.message }, `not said: ${error.message}`),
    );
  });
  return () => lines.close();
}
