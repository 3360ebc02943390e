/**
 * `peerkit info` and `peerkit peers`: what a running node is, and with whom it is connected.
 * @module
 */

import { readArgs, seeHelp } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { Command, Io } from "../io.ts";
import { shortNodeId } from "../log.ts";
import type { Answers, ShownPeer } from "../node/control.ts";
import { askNode } from "../node/control.ts";
import { stripControls } from "../protocols/chat-messages.ts";

const OPTIONS = {
  socket: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const help = (
  name: string,
  what: string,
): string => `Usage: peerkit ${name} --socket <path> [--json]

Asks a node that was started with "peerkit node --socket <path>" ${what}.

Options:
  --socket <path>  the node's socket
  --json           prints one line of JSON
  --help           this text

Exit codes: 0; 1 no node answers there; 2 the command line is wrong.`;

/** Runs `peerkit info`. Exit codes: see its help. */
export const infoCommand: Command = (args, io) =>
  ask("info", "what it is", args, io, (info) =>
    Object.entries(info).map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return `${name.padEnd(12)}${text}`;
    }),
  );

/** Runs `peerkit peers`. Exit codes: see its help. */
export const peersCommand: Command = (args, io) =>
  ask("peers", "who its peers are", args, io, (peers) =>
    peers.length === 0 ? ["no peers"] : peers.map(peerLine),
  );

async function ask<K extends keyof Answers>(
  name: K,
  what: string,
  args: readonly string[],
  io: Io,
  describe: (answer: Answers[K]) => readonly string[],
): Promise<number> {
  const { values } = readArgs(name, args, OPTIONS);
  if (values.help) {
    io.out(help(name, what));
    return 0;
  }
  const { socket, json } = values;
  if (!socket) throw new UsageError(`${name} needs --socket <path>\n${seeHelp(name)}`);
  const answer = await askNode(socket, name);
  if (json) io.out(JSON.stringify(answer));
  else for (const line of describe(answer)) io.out(stripControls(line));
  return 0;
}

function peerLine(peer: ShownPeer): string {
  const { id, name, transport, network, lifetime, latency, traffic } = peer;
  const parts = [
    shortNodeId(id),
    name,
    `${transport} ${network.inbound ? "in" : "out"}`,
    network.remoteAddress,
    `${(lifetime / 1_000).toFixed(0)} s`,
    latency === undefined ? "" : `${latency.toFixed(1)} ms`,
    `${traffic.bytesIn} B in, ${traffic.bytesOut} B out`,
    peer.caps.join(", "),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
