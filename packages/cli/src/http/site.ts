/**
 * The HTTP server of a node: serves a page, and tells the page how to dial the node.
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import { P2PError } from "@peerkit/core";
import sirv from "sirv";

/** Where a page finds what it needs to dial its node. */
const CONFIG_PATH = "/peerkit.json";
/** How long a request's headers may take; upgrades included. */
const HEADERS_TIMEOUT_MS = 10_000;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // A page may dial any node it is given; nothing else comes from elsewhere. The frame kernel is
  // WebAssembly, which that one word allows without allowing `eval`.
  "content-security-policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; " +
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Where the page's request came in: the host it named, and whether by `https:`. */
export interface SiteOrigin {
  readonly host: string;
  readonly port?: number;
  readonly secure: boolean;
}

/** What a site serves. */
export interface SiteOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A folder with an `index.html`. Without it only `/peerkit.json` is served. */
  readonly dir?: string;
  /** The content of `/peerkit.json` for a page at `origin`. */
  readonly describe: (origin: SiteOrigin) => object;
  /** What answers at other paths, GET and HEAD, by the path. @default nothing */
  readonly routes?: Readonly<Record<string, (response: ServerResponse) => void>>;
  /** PEM texts: then it serves HTTPS. @default HTTP */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A site that is up. */
export interface Site {
  /** For a WebSocket listener to attach to. */
  readonly server: Server;
  readonly host: string;
  /** The real one. */
  readonly port: number;
  /** What to open on this machine. */
  readonly url: string;
  /** What to open on others of the local network; empty unless it listens on all interfaces. */
  readonly lanUrls: readonly string[];
  /** Ends all requests. Resolves when the port is free. Idempotent. */
  close(): Promise<void>;
}

/** A site whose port isn't open yet. */
export interface ClosedSite {
  /** For a WebSocket listener to attach to, before anybody can come. */
  readonly server: Server;
  /** Opens the port. Rejects with `P2P_ERR_LISTEN_FAILED`, naming the address. */
  open(): Promise<Site>;
}

/** Starts a site. Rejects with `P2P_ERR_LISTEN_FAILED`, naming the address. */
export function startSite(options: SiteOptions): Promise<Site> {
  return createSite(options).open();
}

/** Makes a site; `open` starts it. */
export function createSite(options: SiteOptions): ClosedSite {
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS };
  const server = options.tls
    ? createTlsServer({ ...limits, ...options.tls }, handler(options))
    : createServer(limits, handler(options));
  return { server, open: () => openSite(server, options) };
}

async function openSite(server: Server, { host, port: wanted, tls }: SiteOptions): Promise<Site> {
  const scheme = tls ? "https" : "http";
  const port = await listen(server, host, wanted);
  const everywhere = host === "0.0.0.0" || host === "::";
  return {
    server,
    host,
    port,
    url: `${scheme}://${everywhere ? "127.0.0.1" : bracketed(host)}:${port}`,
    lanUrls: everywhere ? lanAddresses().map((address) => `${scheme}://${address}:${port}`) : [],
    close: () => close(server),
  };
}

/** Reads a request's `Host` and `X-Forwarded-Proto` headers; undefined where `Host` is no host. */
export function originOf(headers: IncomingMessage["headers"]): SiteOrigin | undefined {
  const match = /^([\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/.exec(headers.host ?? "");
  const host = match?.[1]?.replace(/^\[|\]$/g, "");
  if (host === undefined) return undefined;
  const proto = String(headers["x-forwarded-proto"] ?? "").split(",")[0];
  const secure = proto?.trim() === "https";
  return match?.[2] === undefined ? { host, secure } : { host, port: Number(match[2]), secure };
}

function handler(options: SiteOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const files = options.dir === undefined ? undefined : sirv(options.dir, fileOptions);
  return (req, res) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.setHeader("allow", "GET, HEAD");
      return text(res, 405, "only GET and HEAD");
    }
    const path = req.url?.split("?")[0] ?? "/";
    if (path === CONFIG_PATH) return config(req, res, options);
    if (options.routes && Object.hasOwn(options.routes, path)) return options.routes[path]?.(res);
    if (files === undefined) return text(res, 404, "nothing here");
    files(req, res, () => text(res, 404, "nothing here"));
  };
}

// The names of built assets hold a hash of their content.
const fileOptions = {
  setHeaders(res: ServerResponse, path: string) {
    const hashed = path.startsWith("/assets/");
    res.setHeader("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  },
};

function config(req: IncomingMessage, res: ServerResponse, options: SiteOptions): void {
  const origin = originOf(req.headers);
  if (origin === undefined) {
    text(res, 400, "the Host header names no host");
    return;
  }
  res.setHeader("cache-control", "no-store");
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify(options.describe(origin)));
}

function text(res: ServerResponse, status: number, message: string): void {
  res.statusCode = status;
  res.setHeader("content-type", "text/plain; charset=utf-8");
  res.end(`${message}\n`);
}

/** Resolves to the real port. Rejects with `P2P_ERR_LISTEN_FAILED`, naming the address. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `can't listen on http://${bracketed(host)}:${port}: ${cause.message}`;
      reject(new P2PError(message, { code: "P2P_ERR_LISTEN_FAILED", cause }));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Ends all requests. Resolves when the port is free. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A host as it stands before a port. */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === "IPv4" && !address.internal)
    .map((address) => address.address);
}
