/**
 * Servers on a network in memory and on one virtual clock.
 * @module
 */

import type { Protocol } from "../../devp2p/protocol.ts";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import type { ServerEvent } from "../events.ts";
import type { ServerOptions } from "../options.ts";
import { Server } from "../server.ts";

/** A protocol that does nothing until the peer leaves. */
export function idle(name = "a"): Protocol {
  return defineProtocol({
    name,
    version: 1,
    length: 1,
    run: (_peer, _rw, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  });
}

/** Servers, and what ends them. */
export function newKit() {
  const clock = new FakeClock();
  const network = memoryNetwork({ clock });
  const servers: Server[] = [];
  return {
    clock,
    transport: network.transport(),
    /** Starts one that listens, unless told otherwise. */
    async start(options: ServerOptions = {}): Promise<Server> {
      const server = new Server({
        transports: [network.transport()],
        listen: ["memory://node:0"],
        protocols: [idle()],
        clock,
        ...options,
      });
      servers.push(server);
      await server.start();
      return server;
    },
    async stop(): Promise<void> {
      const stopped = Promise.all(servers.splice(0).map((server) => server.stop()));
      await clock.advance(2_000);
      await stopped;
    },
  };
}

/** Where a server is dialed. */
export const url = (server: Server): string => server.urls[0] ?? "";

/** The next event of a kind from now on. */
export async function next<T extends ServerEvent["type"]>(
  server: Server,
  type: T,
): Promise<Extract<ServerEvent, { type: T }>> {
  for await (const event of server.events()) {
    if (event.type === type) return event as Extract<ServerEvent, { type: T }>;
  }
  throw new Error(`no ${type} came`);
}
