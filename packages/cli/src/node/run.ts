/**
 * A node with the demo protocols: listens, dials, chats, and tells what happens.
 * @module
 */

import type { Protocol, Transport } from "@peerkit/core";
import {
  formatListenAddress,
  nodeId,
  publicKeyOf,
  Server,
  simpleClientIdentity,
} from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { describeNode, WEBSOCKET_PATH } from "../http/description.ts";
import type { MetricsSite } from "../http/metrics.ts";
import { startMetrics } from "../http/metrics.ts";
import type { Site } from "../http/site.ts";
import { startSite } from "../http/site.ts";
import type { Log } from "../log.ts";
import { shortNodeId } from "../log.ts";
import { chat } from "../protocols/chat.ts";
import type { ChatSaid } from "../protocols/chat-messages.ts";
import { createMyProtocol } from "../protocols/my-protocol.ts";
import { VERSION } from "../version.ts";
import type { NodeConfig } from "./config.ts";
import { openControl } from "./control.ts";
import { eventLine } from "./event-line.ts";
import type { Kept } from "./kept.ts";

/** Strangers dial it: many may come at once, and of too many that wait the latest are served. */
const HANDSHAKES = { maxPendingPeers: 200, maxQueuedHandshakes: 100 };

/** A node that is up. */
export interface RunningNode {
  /**
   * Says something in every room. Resolves with how many were there to hear it: those in this
   * node's own room, and one for each other room. Rejects with RangeError over 2,000 characters.
   */
  say(text: string): Promise<number>;
  /**
   * Leaves all peers with "client quitting" and frees all ports. Rejects with
   * `P2P_ERR_STOP_TIMEOUT` when a protocol doesn't end.
   */
  stop(): Promise<void>;
}

/**
 * Starts a node; `log` gets what happens from then on. Rejects with `P2P_ERR_LISTEN_FAILED` when
 * a port is taken; then nothing stays open.
 */
export async function startNode(config: NodeConfig, kept: Kept, log: Log): Promise<RunningNode> {
  const publicKey = publicKeyOf(kept.privateKey);
  const id = nodeId(publicKey);
  const sites = await openSites(config, publicKey);
  const room = chat({ id, name: config.name, onSaid: (said) => logSaid(said, id, log) });
  const server = newServer(config, kept, sites, [fooBar(log), room.protocol]);
  const watching = watch(server, log);
  let closeControl = async (): Promise<void> => {};
  const stop = async (): Promise<void> => {
    await closeControl();
    try {
      await server.stop();
    } finally {
      await Promise.all([sites.site?.close(), sites.metrics?.close()]);
      await watching;
    }
  };
  try {
    await server.start();
    if (config.socket !== undefined) closeControl = await openControl(config.socket, server);
  } catch (error) {
    await stop();
    throw error;
  }
  logReady(server, config, sites, log);
  const say = async (text: string) => (await room.say(text)) + room.people().length - 1;
  return { say, stop };
}

/** The HTTP servers beside a node. */
interface OpenSites {
  readonly site: Site | undefined;
  readonly metrics: MetricsSite | undefined;
}

async function openSites(config: NodeConfig, publicKey: Uint8Array): Promise<OpenSites> {
  const site = await openSite(config, publicKey);
  try {
    return { site, metrics: await openMetrics(config) };
  } catch (error) {
    await site?.close();
    throw error;
  }
}

async function openSite(config: NodeConfig, publicKey: Uint8Array): Promise<Site | undefined> {
  const { http, site: dir, name } = config;
  if (http === undefined) return undefined;
  const describe = describeNode({ publicKey, name });
  return startSite({ ...http, ...(dir === undefined ? {} : { dir }), describe });
}

async function openMetrics({ metrics }: NodeConfig): Promise<MetricsSite | undefined> {
  return metrics && startMetrics(metrics.host, metrics.port);
}

function newServer(
  config: NodeConfig,
  { privateKey, nodeDatabase }: Kept,
  { site, metrics }: OpenSites,
  protocols: readonly Protocol[],
): Server {
  return new Server({
    privateKey,
    nodeDatabase,
    name: simpleClientIdentity(config.name, VERSION),
    maxPeers: config.maxPeers,
    ...HANDSHAKES,
    staticNodes: config.peers,
    // Who dials nobody keeps no places for it.
    noDial: config.peers.length === 0,
    inboundLimit: config.inboundLimit,
    trustedProxies: config.trustedProxies,
    handshakeWorkers: config.handshakeWorkers,
    metrics: metrics?.metrics,
    protocols,
    transports: [tcp(), webSocketOn(site)],
    listen: [...config.listen, ...(site === undefined ? [] : [siteListen(site)])],
  });
}

function siteListen({ host, port }: Site): string {
  return formatListenAddress({ scheme: "ws", host, port, path: WEBSOCKET_PATH });
}

// One listener hangs on the HTTP server, the others have sockets of their own.
function webSocketOn(site: Site | undefined): Transport {
  const own = webSocket();
  if (site === undefined) return own;
  const attached = webSocket({ server: site.server });
  return {
    name: own.name,
    schemes: own.schemes,
    dial: (address, options) => own.dial(address, options),
    async listen(address, handlers, options) {
      const transport = address.port === site.port ? attached : own;
      if (transport.listen === undefined) throw new TypeError("this platform can't listen");
      return transport.listen(address, handlers, options);
    },
  };
}

// Ends with the server.
async function watch(server: Server, log: Log): Promise<void> {
  for await (const event of server.events()) {
    const peer = "peer" in event ? server.peers.find(({ id }) => id === event.peer) : undefined;
    log({ ...event, path: peer?.transport }, eventLine(event, peer));
  }
}

function fooBar(log: Log): Protocol {
  return createMyProtocol((text, peer) =>
    log({ type: "text", peer: peer.id, text }, `foo/bar ${shortNodeId(peer.id)} · ${text}`),
  );
}

function logSaid(said: ChatSaid, ownId: string, log: Log): void {
  // Who types sees what he typed; each room would say it to him once more.
  const lines = said.id === ownId ? [] : [`${said.name}: ${said.text}`];
  log({ type: "said", ...said }, ...lines);
}

function logReady(server: Server, config: NodeConfig, open: OpenSites, log: Log): void {
  const { site, metrics } = open;
  const { id, urls, localNode } = server;
  const event = { type: "ready", id, name: config.name, urls, enr: localNode.enr };
  log(
    {
      ...event,
      ...(site && { page: site.url, lan: site.lanUrls }),
      ...(metrics && { metrics: metrics.url }),
    },
    `node    ${shortNodeId(id)} · ${config.name} · peerkit ${VERSION}`,
    ...urls.map((url) => `listens ${url}`),
    ...(site === undefined ? [] : [site.url, ...site.lanUrls].map((url) => `page    ${url}`)),
    ...(metrics === undefined ? [] : [`metrics ${metrics.url}`]),
  );
}
