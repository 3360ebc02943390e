/**
 * `peerkit ping`: shakes hands with a node and says who it is.
 * @module
 */

import type { P2PError } from "@peerkit/core";
import { DiscReason, parseNodeAddress } from "@peerkit/core";
import { readArgs, readNumber, readWith, seeHelp } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { ProbeResult } from "../probe.ts";
import { probe, probeAsJson } from "../probe.ts";
import { stripControls } from "../protocols/chat-messages.ts";

const HELP = `Usage: peerkit ping <address> [--timeout <seconds>] [--json]

Shakes hands with a node over TCP (enode://...) or WebSocket (enode+ws://..., enode+wss://...)
and prints its client name, capabilities and timings, or why it refused.

Options:
  --timeout <seconds>  how long it may take in all (default 10)
  --json               prints one line of JSON
  --help               this text

Exit codes: 0 the node said Hello; 1 it was reached but refused; 2 it could not be reached,
or the command line is wrong.`;

const OPTIONS = {
  timeout: { type: "string", default: "10" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const EXIT_CODES = { hello: 0, refused: 1, unreachable: 2 } as const;

/** Runs `peerkit ping`. Exit codes: see its help. */
export async function pingCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs("ping", args, OPTIONS, 1);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const timeoutMs = readNumber(values.timeout, "--timeout", 1, 3_600) * 1_000;
  const [text] = positionals;
  if (text === undefined) throw new UsageError(`ping takes a node's address\n${seeHelp("ping")}`);
  const result = await probe(readWith(parseNodeAddress, text), timeoutMs);
  if (values.json) io.out(JSON.stringify({ address: text, ...probeAsJson(result) }));
  else for (const line of describe(result)) io.out(line);
  return EXIT_CODES[result.outcome];
}

function describe(result: ProbeResult): string[] {
  const { hello, error } = result;
  const lines: string[] = [];
  const add = (name: string, value: string) =>
    lines.push(stripControls(`${name.padEnd(14)}${value}`));
  const addMs = (name: string, ms: number | undefined) => {
    if (ms !== undefined) add(name, `${ms.toFixed(1)} ms`);
  };
  if (hello !== undefined) {
    add("client", hello.name);
    add("base version", String(hello.version));
    add("capabilities", hello.caps.map((cap) => `${cap.name}/${cap.version}`).join(", ") || "none");
  }
  if (result.remoteAddress !== undefined) add("reached", result.remoteAddress);
  addMs("dial", result.dialMs);
  addMs("auth to ack", result.ackMs);
  addMs("ack to hello", result.helloMs);
  addMs("round trip", result.pingMs);
  if (error !== undefined) add(result.outcome === "hello" ? "then" : result.outcome, why(error));
  return lines;
}

function why(error: P2PError): string {
  if (error.reason !== DiscReason.UselessPeer) return `${error.message} (${error.code})`;
  return `${error.message}; as expected of a node that shares no capability with this command`;
}
