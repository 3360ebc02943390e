/**
 * A relay with its HTTP server: one port for WebSockets, a page, its health and its metrics.
 * @module
 */

import { readFile } from "node:fs/promises";
import type { Server, ServerResponse } from "node:http";
import { publicKeyOf, simpleClientIdentity } from "@peerkit/core";
import type { Relay, RelayBounds, RelayOptions, RelayStats } from "@peerkit/relay/server";
import { createRelay } from "@peerkit/relay/server";
import type { Registry } from "prom-client";
import { describeNode, WEBSOCKET_PATH } from "../http/description.ts";
import {
  answerMetrics,
  processRegistry,
  prometheusMetrics,
  startMetrics,
} from "../http/metrics.ts";
import type { ClosedSite, Site } from "../http/site.ts";
import { bracketed, close, createSite } from "../http/site.ts";
import type { Log } from "../log.ts";
import { shortNodeId } from "../log.ts";
import { myProtocol } from "../protocols/my-protocol.ts";
import { VERSION } from "../version.ts";
import { keepBufferRoom } from "./buffer-room.ts";
import type { RelayCommandConfig } from "./config.ts";
import { openDirectory } from "./directory.ts";
import { registerStats } from "./metrics.ts";
import { hasNativeMasking } from "./native-masking.ts";
import { loadPolicy, policyError } from "./policy-file.ts";

/** How often the log has the relay's numbers, in ms. */
const STATS_INTERVAL_MS = 60_000;

/** A relay that is up. */
export interface RunningRelay {
  /** Reads the policy again. Rejects with CommandError; then the one before stays. */
  reload(): Promise<void>;
  /** Gives notice, lets everybody go within the time of `--drain`, and frees all ports. */
  stop(): Promise<void>;
}

/** What `/healthz` says. */
interface Health {
  /** Whoever sends others here had better not. */
  draining: boolean;
}

/** Starts a relay; `log` gets what happens from then on. Rejects with why it can't start. */
export async function startRelay(
  config: RelayCommandConfig,
  privateKey: Uint8Array,
  log: Log,
): Promise<RunningRelay> {
  const registry = processRegistry();
  const health: Health = { draining: false };
  const closed = await makeSite(config, publicKeyOf(privateKey), registry, health);
  const closers: (() => Promise<void>)[] = [() => close(closed.server)];
  const closeAll = () => Promise.all(closers.map((close) => close()));
  try {
    const relay = await openRelay(config, privateKey, closed.server, registry);
    closers.push(() => relay.stop());
    const site = await openTogether(relay, closed);
    if (config.metrics) {
      const { host, port } = config.metrics;
      const metrics = await startMetrics(host, port, registry);
      closers.push(() => metrics.close());
    }
    logReady(relay, site, config, log);
    const stopTelling = tellStats(relay, log);
    const giveRoomBack = keepBufferRoom();
    return {
      async reload() {
        relay.reload(await loadPolicy(config.policy, config.policyFile));
      },
      async stop() {
        stopTelling();
        giveRoomBack();
        health.draining = true;
        await relay.drain(config.drainMs);
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Opens the port only when the relay takes what comes there: who is early would get a 404. */
async function openTogether(relay: Relay, { server, open }: ClosedSite): Promise<Site> {
  const taken = new Promise<void>((resolve) => {
    server.on("newListener", (event) => event === "upgrade" && resolve());
  });
  // It waits for the port in its turn.
  const started = relay.start();
  await Promise.race([taken, started]);
  const [site] = await Promise.all([open(), started]);
  return site;
}

async function openRelay(
  config: RelayCommandConfig,
  privateKey: Uint8Array,
  server: Server,
  registry: Registry,
): Promise<Relay> {
  const { name, http, maxPeers, maxReservations, maxPipes, trustedProxies } = config;
  const scheme = config.tls ? "wss" : "ws";
  const options: RelayOptions = {
    ...(await loadPolicy(config.policy, config.policyFile)),
    ...{ maxPeers, maxReservations, maxPipes, trustedProxies },
    ...(config.directory && (await openDirectory(config.directory))),
    privateKey,
    name: simpleClientIdentity(name, VERSION),
    server,
    listen: [`${scheme}://${bracketed(http.host)}:${http.port}${WEBSOCKET_PATH}`, ...config.listen],
    metrics: prometheusMetrics(registry),
    // What the page that it serves speaks with it.
    protocols: config.site === undefined ? [] : [myProtocol],
  };
  const relay = create(options, config.policyFile);
  registerStats(relay, registry);
  return relay;
}

function create(options: RelayOptions, policyFile: string | undefined): Relay {
  try {
    return createRelay(options);
  } catch (error) {
    throw policyError(error, policyFile);
  }
}

async function makeSite(
  config: RelayCommandConfig,
  publicKey: Uint8Array,
  registry: Registry,
  health: Health,
): Promise<ClosedSite> {
  const { http, site: dir, name, tls } = config;
  const [cert, key] = tls
    ? await Promise.all([readFile(tls.certFile, "utf8"), readFile(tls.keyFile, "utf8")])
    : [];
  return createSite({
    ...http,
    ...(dir !== undefined && { dir }),
    ...(cert !== undefined && key !== undefined && { tls: { cert, key } }),
    describe: describeNode({ publicKey, name, tls: tls !== undefined, relay: true }),
    routes: {
      "/healthz": (response) =>
        health.draining ? plain(response.writeHead(503), "draining\n") : plain(response, "ok\n"),
      ...(config.publicMetrics && { "/metrics": (response) => answerMetrics(response, registry) }),
    },
  });
}

function plain(response: ServerResponse, text: string): void {
  if (!response.headersSent) response.setHeader("content-type", "text/plain");
  response.end(text);
}

function logReady(relay: Relay, site: Site, config: RelayCommandConfig, log: Log): void {
  const { server, urls, bounds } = relay;
  const nativeMasking = hasNativeMasking();
  const allowed = (config.policy.allow ?? []).length;
  log(
    {
      type: "ready",
      id: server.id,
      name: config.name,
      urls,
      bounds,
      nativeMasking,
      page: site.url,
    },
    `relay   ${shortNodeId(server.id)} · ${config.name} · peerkit ${VERSION}`,
    ...urls.map((url) => `listens ${url}`),
    ...[site.url, ...site.lanUrls].map((url) => `${config.site ? "page   " : "http   "} ${url}`),
    `bounds  ${inWords(bounds)}`,
    ...(config.directory ? [`shares  ${config.directory.servers.join(", ")}`] : []),
    `masking ${nativeMasking ? "in native code (bufferutil)" : "in JavaScript: bufferutil isn't in use"}`,
    ...(config.policyFile ? [`policy  ${config.policyFile}, read again on SIGHUP`] : []),
    ...(allowed === 0 && !config.policyFile ? ["policy  no TCP node is allowed (--allow)"] : []),
  );
}

function inWords(bounds: RelayBounds): string {
  const { maxPeers, maxReservations, maxPipes, maxMessageBytes, rooms } = bounds;
  return [
    `${maxPeers} nodes`,
    `${maxReservations} reservations`,
    `${maxPipes} pipes`,
    `messages to it of ${maxMessageBytes} bytes`,
    `${rooms.rooms} rooms of ${rooms.members}`,
  ].join(" · ");
}

/** Logs the numbers from time to time, when they have changed. */
function tellStats(relay: Relay, log: Log): () => void {
  let last = "";
  const timer = setInterval(() => {
    const { stats } = relay;
    const text = JSON.stringify(stats);
    if (text === last) return;
    last = text;
    log({ type: "stats", ...stats }, `stats   ${statsInWords(stats)}`);
  }, STATS_INTERVAL_MS);
  return () => clearInterval(timer);
}

function statsInWords({
  peers,
  reservations,
  pipes,
  rooms,
  neighbours,
  bytes,
}: RelayStats): string {
  return [
    `${peers} nodes`,
    `${reservations} reservations`,
    `${pipes} pipes`,
    `${rooms} rooms`,
    ...(neighbours > 0 ? [`${neighbours} other relays`] : []),
    `${(bytes / 1_000_000).toFixed(1)} MB moved`,
  ].join(" · ");
}
