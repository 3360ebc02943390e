/**
 * Relays, tabs and TCP nodes on loopback, for tests.
 * @module
 */

import type { Peer, ServerEvent, ServerOptions } from "@peerkit/core";
import { bytesToHex, defineProtocol, Server, sendItems, str, tuple } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { onTestFinished } from "vitest";
import { relay } from "./index.ts";
import type { RelayTransport, RelayTransportOptions } from "./relay-transport.ts";
import type { Relay, RelayOptions } from "./server/index.ts";
import { createRelay } from "./server/index.ts";

/** Stops it after the test. */
export function stopLater<T extends { stop(): Promise<void> }>(each: T): T {
  onTestFinished(() => each.stop());
  return each;
}

/** Answers each text with the same text; `heard` gets the answers of those we sent. */
export function echo(heard: (text: string, peer: Peer) => void = () => {}) {
  return defineProtocol({
    name: "echo",
    version: 1,
    length: 2,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, 0, `hello ${peer.id.slice(0, 4)}`);
      for await (const msg of rw) {
        const [text] = msg.decode(tuple(str));
        if (msg.code === 0) await sendItems(rw, 1, text);
        else heard(text, peer);
      }
    },
  });
}

/** A relay that is up. */
export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const made = stopLater(createRelay(options));
  await made.start();
  return made;
}

/** A relay's address for `via`. */
export function viaOf(made: Relay): string {
  return made.urls.find((url) => url.startsWith("enode+ws")) ?? "";
}

/** A node as a page is one: it dials WebSockets, and relays. */
export async function startTab(
  options: RelayTransportOptions & { readonly server?: ServerOptions } = {},
): Promise<Server & { readonly relay: RelayTransport }> {
  const { server: more, ...own } = options;
  const transport = relay(own);
  const server = stopLater(
    new Server({ protocols: [echo()], ...more, transports: [webSocket(), transport] }),
  );
  await server.start();
  return Object.assign(server, { relay: transport });
}

/** A node that listens on TCP and knows nothing of relays. */
export async function startTcpNode(options: ServerOptions = {}): Promise<Server> {
  const server = stopLater(
    new Server({
      protocols: [echo()],
      transports: [tcp()],
      listen: ["tcp://127.0.0.1:0"],
      ...options,
    }),
  );
  await server.start();
  return server;
}

/** The address of a node that is reachable through a relay by its key. */
export function circuitTo({ publicKey }: Server, made: Relay): string {
  return `enode://${bytesToHex(publicKey)}?via=${encodeURIComponent(viaOf(made))}`;
}

/** The address of a TCP node, through a relay. */
export function bridgeTo(node: Server, made: Relay): string {
  return `${node.urls[0]}?via=${encodeURIComponent(viaOf(made))}`;
}

/** The next event of a type. */
export async function next(server: Server, type: ServerEvent["type"]): Promise<ServerEvent> {
  for await (const event of server.events()) if (event.type === type) return event;
  throw new Error(`the server stopped before ${type}`);
}

/** Resolves when it is true; turns of the event loop go by. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
