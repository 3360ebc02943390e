/**
 * `peerkit enr`: shows what a node record says, or makes one.
 * @module
 */

import type { NodeRecord } from "@peerkit/core";
import {
  bytesToHex,
  formatNodeAddress,
  formatRecord,
  LocalNode,
  nodeId,
  parseRecord,
  recordAddresses,
  recordEndpoint,
  recordEntry,
  str,
  uint,
  webSocketEndpoint,
} from "@peerkit/core";
import { readArgs, readNumber, readWith, seeHelp } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { readKeyFile } from "../key-file.ts";
import { stripControls } from "../protocols/chat-messages.ts";

const HELP = `Usage: peerkit enr <enr:...> [--json]
       peerkit enr --key-file <path> [--ip <ip>] [--ip6 <ip>] [--tcp <port>] [--udp <port>]
                   [--ws <url>] [--wss <url>] [--json]

Shows what a node record (ENR) says, its signature checked; or makes a record with a node's key.

Options:
  --key-file <path>  the key to sign with
  --ip, --ip6 <ip>   where the node is
  --tcp, --udp <n>   ports
  --ws, --wss <url>  a WebSocket listener, ws://host:port/path or wss://host:port/path
  --json             prints one line of JSON
  --help             this text

Exit codes: 0; 1 the key file can't be used; 2 it is no record, or the command line is wrong.`;

const OPTIONS = {
  "key-file": { type: "string" },
  ip: { type: "string" },
  ip6: { type: "string" },
  tcp: { type: "string" },
  udp: { type: "string" },
  ws: { type: "string" },
  wss: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>["values"];

/** Runs `peerkit enr`. Exit codes: see its help. */
export async function enrCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArgs("enr", args, OPTIONS, 1);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const [text] = positionals;
  const file = values["key-file"];
  if ((text === undefined) === (file === undefined)) {
    throw new UsageError(`enr takes a record, or --key-file to make one\n${seeHelp("enr")}`);
  }
  const record =
    file === undefined ? readWith(parseRecord, text ?? "") : await makeRecord(file, values);
  if (values.json) io.out(JSON.stringify(recordAsJson(record)));
  else for (const line of describe(record)) io.out(stripControls(line));
  return 0;
}

async function makeRecord(file: string, values: Values): Promise<NodeRecord> {
  const node = new LocalNode({ privateKey: await readKeyFile(file) });
  const { ip, ip6 } = values;
  try {
    for (const each of [ip, ip6]) if (each !== undefined) node.setIp(each);
    for (const name of ["tcp", "udp"] as const) {
      const port = values[name];
      if (port !== undefined) node.set(name, readNumber(port, `--${name}`, 1, 65_535));
    }
    for (const scheme of ["ws", "wss"] as const) {
      const url = values[scheme];
      if (url !== undefined) node.setWebSocket(scheme, readUrl(url, scheme));
    }
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
  return node.record;
}

function readUrl(text: string, scheme: "ws" | "wss") {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== `${scheme}:` || url.search !== "" || url.hash !== "") {
    throw new UsageError(`--${scheme} takes ${scheme}://host:port/path, got "${text}"`);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (scheme === "ws" ? 80 : 443),
    path: url.pathname === "/" ? undefined : url.pathname,
  };
}

function recordAsJson(record: NodeRecord): object {
  const entries = Object.fromEntries(
    [...record.entries].map(([key, value]) => [key, shown(record, key) ?? bytesToHex(value)]),
  );
  return {
    enr: formatRecord(record),
    id: nodeId(record.publicKey),
    publicKey: bytesToHex(record.publicKey),
    seq: String(record.seq),
    size: record.bytes.length,
    endpoint: recordEndpoint(record),
    entries,
    addresses: recordAddresses(record).map(formatNodeAddress),
  };
}

function describe(record: NodeRecord): string[] {
  const line = (name: string, value: string) => `${name.padEnd(12)}${value}`;
  const unknown = "(RLP, not known here)";
  return [
    line("enr", formatRecord(record)),
    line("id", nodeId(record.publicKey)),
    line("seq", String(record.seq)),
    line("size", `${record.bytes.length} of 300 bytes`),
    ...[...record.entries].map(([key, value]) =>
      line(`  ${key}`, String(shown(record, key) ?? `${bytesToHex(value)} ${unknown}`)),
    ),
    ...recordAddresses(record).map((address) => line("address", formatNodeAddress(address))),
  ];
}

const PORTS = ["tcp", "tcp6", "udp", "udp6", "quic", "quic6"];

/** The value of an entry that is known and right; `undefined` for others. */
function shown(record: NodeRecord, key: string): string | number | undefined {
  if (PORTS.includes(key)) return recordEntry(record, key, uint);
  if (key === "id") return recordEntry(record, key, str);
  if (key === "secp256k1") return bytesToHex((record.entries.get(key) ?? NONE).subarray(1));
  if (key === "ip" || key === "ip6") return ipOf(record, key);
  if (key !== "ws" && key !== "wss") return undefined;
  const entry = webSocketEndpoint(record, key);
  if (!entry) return undefined;
  const { host = "", port, path = "/" } = entry;
  return `${key}://${host.includes(":") ? `[${host}]` : host}:${port}${path}`;
}

const NONE = new Uint8Array(0);

/** One address alone, whichever would be chosen of the two. */
function ipOf(record: NodeRecord, key: string): string | undefined {
  const entries = new Map([...record.entries].filter(([name]) => name === key));
  return recordEndpoint({ ...record, entries }).ip;
}
