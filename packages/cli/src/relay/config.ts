/**
 * The options of `peerkit relay`, checked.
 * @module
 */

import { parseListenAddress } from "@peerkit/core";
import type { RelayPolicy } from "@peerkit/relay/server";
import type { Parsed } from "../args.ts";
import { readNetworks, readNumber, readWith } from "../args.ts";
import { UsageError } from "../errors.ts";
import type { HostAndPort } from "../http/host-and-port.ts";
import { readHttp } from "../http/host-and-port.ts";

/** The command's options, as `node:util` has them. */
export const RELAY_OPTIONS = {
  http: { type: "string", default: "127.0.0.1:8080" },
  listen: { type: "string", multiple: true },
  "key-file": { type: "string" },
  name: { type: "string", default: "relay" },
  allow: { type: "string", multiple: true },
  origin: { type: "string", multiple: true },
  "dangerously-allow-network": { type: "string", multiple: true },
  policy: { type: "string" },
  directory: { type: "string", multiple: true },
  "directory-creds": { type: "string" },
  "directory-replicas": { type: "string" },
  "pipe-url": { type: "string" },
  "trust-proxy": { type: "string", multiple: true },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  site: { type: "string" },
  host: { type: "boolean" },
  metrics: { type: "string" },
  "public-metrics": { type: "boolean" },
  "max-peers": { type: "string", default: "10000" },
  "max-reservations": { type: "string", default: "10000" },
  "max-pipes": { type: "string", default: "2000" },
  drain: { type: "string", default: "5" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What a relay is to do. */
export interface RelayCommandConfig {
  readonly http: HostAndPort;
  /** Further listeners, `tcp://…`. */
  readonly listen: readonly string[];
  readonly keyFile: string | undefined;
  readonly name: string;
  /** What the flags say; the file's is added to it. */
  readonly policy: RelayPolicy;
  readonly policyFile: string | undefined;
  readonly directory: DirectoryConfig | undefined;
  readonly trustedProxies: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly site: string | undefined;
  readonly metrics: HostAndPort | undefined;
  readonly publicMetrics: boolean;
  readonly maxPeers: number;
  readonly maxReservations: number;
  readonly maxPipes: number;
  readonly drainMs: number;
  readonly json: boolean;
}

/** Which directory it shares with other relays. */
export interface DirectoryConfig {
  /** NATS servers. */
  readonly servers: readonly string[];
  readonly credsFile: string | undefined;
  /** On how many of them it is kept. */
  readonly replicas: number;
  /** Where the other relays reach this one; absent where it is the address that it listens at. */
  readonly pipeUrl: string | undefined;
}

type Values = Parsed<typeof RELAY_OPTIONS>["values"];

/** Checks the options and fills in what was left out. Throws UsageError. */
export function readRelayConfig(values: Values): RelayCommandConfig {
  const host = values.host ? "0.0.0.0" : "127.0.0.1";
  const http = readHttp(values.http, "--http", host, values.host ?? false);
  if (http === undefined) throw new UsageError("--http takes host:port or a port");
  return {
    http,
    listen: readListen(values.listen),
    keyFile: values["key-file"],
    name: values.name,
    policy: {
      allow: values.allow,
      origins: values.origin,
      dangerouslyAllowNetworks: values["dangerously-allow-network"],
    },
    policyFile: values.policy,
    directory: readDirectory(values, http),
    trustedProxies: readNetworks(values["trust-proxy"], "--trust-proxy"),
    tls: readTls(values["tls-cert"], values["tls-key"]),
    site: values.site,
    metrics: readHttp(values.metrics, "--metrics", "127.0.0.1", false),
    publicMetrics: values["public-metrics"] ?? false,
    maxPeers: readNumber(values["max-peers"], "--max-peers", 1, 1_000_000),
    maxReservations: readNumber(values["max-reservations"], "--max-reservations", 0, 1_000_000),
    maxPipes: readNumber(values["max-pipes"], "--max-pipes", 0, 1_000_000),
    drainMs: readNumber(values.drain, "--drain", 0, 3_600) * 1_000,
    json: values.json ?? false,
  };
}

function readListen(given: readonly string[] = []): readonly string[] {
  for (const text of given) {
    if (readWith(parseListenAddress, text, "--listen").scheme === "tcp") continue;
    throw new UsageError(
      `--listen takes tcp://host:port, got "${text}"; --http has the WebSockets`,
    );
  }
  return given;
}

function readDirectory(
  { directory: servers, "pipe-url": pipeUrl, ...values }: Values,
  { host }: HostAndPort,
): DirectoryConfig | undefined {
  const { "directory-creds": credsFile, "directory-replicas": replicas } = values;
  if (servers === undefined) {
    if ((credsFile ?? replicas ?? pipeUrl) === undefined) return undefined;
    throw new UsageError(
      "--directory-creds, --directory-replicas and --pipe-url go with --directory",
    );
  }
  for (const text of servers) {
    if (!/^(nats|tls):\/\/\S+$/.test(text)) {
      throw new UsageError(`--directory takes nats://host:port or tls://host:port, got "${text}"`);
    }
  }
  if (pipeUrl !== undefined) checkPipeUrl(pipeUrl);
  else if (host === "0.0.0.0" || host === "::") {
    throw new UsageError(
      "--directory needs --pipe-url here: where the other relays reach this one",
    );
  }
  return { servers, credsFile, replicas: readReplicas(replicas), pipeUrl };
}

function readReplicas(text = "1"): number {
  if (/^[135]$/.test(text)) return Number(text);
  throw new UsageError(`--directory-replicas takes 1, 3 or 5, got "${text}"`);
}

function checkPipeUrl(text: string): void {
  const { scheme, port } = readWith(parseListenAddress, text, "--pipe-url");
  if ((scheme === "ws" || scheme === "wss") && port !== 0) return;
  throw new UsageError(
    `--pipe-url takes ws://host:port/path or wss://host:port/path, got "${text}"`,
  );
}

function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
): RelayCommandConfig["tls"] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw new UsageError("--tls-cert and --tls-key go together");
}
