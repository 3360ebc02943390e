/**
 * What a server in a page does when the page or the network comes back.
 * @module
 */

import { afterEach, expect, test } from "vitest";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { memoryTransport } from "../../testing/memory-transport.ts";
import type { ServerOptions } from "../options.ts";
import { Server } from "../server.ts";
import { onWake } from "./wake.ts";

const servers: Server[] = [];
const stops: (() => void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const idle = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
});

/** Servers that reach each other. */
function newNetwork() {
  const transport = memoryTransport();
  return async (options: ServerOptions): Promise<Server> => {
    const server = new Server({ transports: [transport], protocols: [idle], ...options });
    servers.push(server);
    await server.start();
    return server;
  };
}

const fire = (target: EventTarget, type: string): boolean => target.dispatchEvent(new Event(type));

test("the page's and the network's return are told, until nobody wants to know", () => {
  const told: boolean[] = [];
  const stop = onWake((networkIsBack) => told.push(networkIsBack));
  stops.push(stop);
  fire(globalThis, "online");
  fire(document, "visibilitychange");
  fire(document, "resume");
  fire(globalThis, "pageshow");
  expect(told).toEqual([true, false, false, false]);
  stop();
  fire(globalThis, "online");
  expect(told).toHaveLength(4);
});

test("a page that is being hidden doesn't count as returning", () => {
  const told: boolean[] = [];
  stops.push(onWake((networkIsBack) => told.push(networkIsBack)));
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  stops.push(() => Reflect.deleteProperty(document, "hidden"));
  fire(document, "visibilitychange");
  expect(told).toEqual([]);
});

test("a static node is dialed at once when the network is back", async () => {
  const start = newNetwork();
  const node = await start({ listen: ["memory://node:7"] });
  const { self } = node;
  await node.stop();
  // Without the event it would be an hour, or a large part of it.
  const random = (bytes: Uint8Array): Uint8Array =>
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>).fill(255, 0, 1);
  const hour = 3_600_000;
  const tab = await start({ staticNodes: [self], redialDelay: hour, maxRedialDelay: hour, random });
  const events = tab.events();
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
    if (event.type === "dial" && event.state === "wait") break;
  }
  fire(globalThis, "online");
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
    if (event.type !== "dial" || event.state !== "start") continue;
    expect(event).toMatchObject({ peer: node.id, static: true, attempt: 1 });
    break;
  }
});

test("peers are asked whether they are still there when the network is back", async () => {
  const start = newNetwork();
  const node = await start({ listen: ["memory://node:7"] });
  const tab = await start({});
  const peer = await tab.connect(node.self);
  expect(peer.latency).toBeUndefined();
  fire(globalThis, "online");
  await expect.poll(() => peer.latency).toBeGreaterThanOrEqual(0);
});
