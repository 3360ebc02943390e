/**
 * The options of `peerkit node`, checked.
 * @module
 */

import type { InboundLimit } from "@peerkit/core";
import { parseListenAddress, parseNodeAddress } from "@peerkit/core";
import type { Parsed } from "../args.ts";
import { readNetworks, readNumber, readWith } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { HostAndPort } from "../http/host-and-port.ts";
import { readHttp } from "../http/host-and-port.ts";
import { MAX_NAME_LENGTH } from "../protocols/chat-messages.ts";

/** The command's options, as `node:util` has them. */
export const NODE_OPTIONS = {
  listen: { type: "string", multiple: true },
  peer: { type: "string", multiple: true },
  "key-file": { type: "string" },
  data: { type: "string" },
  name: { type: "string", default: "peerkit" },
  "max-peers": { type: "string", default: "50" },
  "inbound-limit": { type: "string", default: "120" },
  "trust-proxy": { type: "string", multiple: true },
  "handshake-workers": { type: "string" },
  http: { type: "string" },
  metrics: { type: "string" },
  socket: { type: "string" },
  site: { type: "string" },
  host: { type: "boolean" },
  chat: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** More threads than that are a slip. */
const MAX_WORKERS = 64;

/** What a node is to do. */
export interface NodeConfig {
  /** URLs for `ServerOptions.listen`; the one of the HTTP server is not among them. */
  readonly listen: readonly string[];
  /** Addresses to stay connected to. */
  readonly peers: readonly string[];
  readonly keyFile: string | undefined;
  /** The folder of what it keeps over restarts. */
  readonly data: string | undefined;
  readonly name: string;
  readonly maxPeers: number;
  /** How often one address may connect in 30 s. */
  readonly inboundLimit: InboundLimit | false;
  /** Proxies whose word on an address is taken. */
  readonly trustedProxies: readonly string[];
  /** Threads for the handshakes. */
  readonly handshakeWorkers: number;
  readonly http: HostAndPort | undefined;
  /** Where metrics are served. */
  readonly metrics: HostAndPort | undefined;
  /** Where other processes ask it. */
  readonly socket: string | undefined;
  readonly site: string | undefined;
  readonly chat: boolean;
  readonly json: boolean;
}

/** Checks the options and fills in what was left out. Throws UsageError. */
export function readNodeConfig(values: Parsed<typeof NODE_OPTIONS>["values"]): NodeConfig {
  const host = values.host ? "0.0.0.0" : "127.0.0.1";
  if (values.site !== undefined && values.http === undefined) {
    throw new UsageError("--site needs --http <host:port> to serve it on");
  }
  if (values.name === "" || values.name.length > MAX_NAME_LENGTH) {
    throw new UsageError(`--name takes 1 to ${MAX_NAME_LENGTH} characters`);
  }
  return {
    listen: readListen(values.listen, host, values.http !== undefined),
    peers: (values.peer ?? []).map(readPeer),
    keyFile: readPath(values["key-file"], "--key-file"),
    data: readPath(values.data, "--data"),
    name: values.name,
    maxPeers: readNumber(values["max-peers"], "--max-peers", 1, 100_000),
    inboundLimit: readInboundLimit(values["inbound-limit"]),
    trustedProxies: readNetworks(values["trust-proxy"], "--trust-proxy"),
    handshakeWorkers: readWorkers(values["handshake-workers"], values.host ?? false),
    http: readHttp(values.http, "--http", host, values.host ?? false),
    // Never opened to others by --host: whoever reads them learns who talks how much.
    metrics: readHttp(values.metrics, "--metrics", "127.0.0.1", false),
    socket: values.socket,
    site: values.site,
    chat: values.chat ?? false,
    json: values.json ?? false,
  };
}

/** A node that strangers reach has one: a flood of handshakes is theirs to make. */
function readWorkers(text: string | undefined, open: boolean): number {
  if (text === undefined) return open ? 1 : 0;
  return readNumber(text, "--handshake-workers", 0, MAX_WORKERS);
}

function readPeer(text: string): string {
  const address = readWith(parseNodeAddress, text, "--peer");
  if (address.host === undefined) throw new UsageError(`--peer: "${text}" has no host to dial`);
  return text;
}

function readPath(text: string | undefined, option: string): string | undefined {
  if (text === "") throw new UsageError(`${option} takes a path, got ""`);
  return text;
}

/** Many tabs may share one address, and each of them connects anew when it is reloaded. */
function readInboundLimit(text: string): InboundLimit | false {
  if (text === "off") return false;
  return { attempts: readNumber(text, "--inbound-limit", 1, 1_000_000) };
}

function readListen(
  given: readonly string[] | undefined,
  host: string,
  hasHttp: boolean,
): readonly string[] {
  if (given === undefined) {
    // With an HTTP server the WebSocket listener is on that.
    return [`tcp://${host}:30303`, ...(hasHttp ? [] : [`ws://${host}:30304`])];
  }
  for (const text of given) {
    const { scheme } = readWith(parseListenAddress, text, "--listen");
    if (scheme !== "tcp" && scheme !== "ws") {
      throw new UsageError(`--listen takes tcp://host:port or ws://host:port/path, got "${text}"`);
    }
  }
  return given;
}
