/**
 * A whole node behind a WebSocket listener: what it tells whom it turns away at the door, by the
 * address of the connection or the one that a proxy forwards.
 * @module
 */

import { once } from "node:events";
import type { ServerEvent, ServerOptions } from "@peerkit/core";
import { Server } from "@peerkit/core";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { webSocket } from "./index.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startNode(options: ServerOptions): Promise<{ url: string; node: Server }> {
  const node = new Server({ transports: [webSocket()], listen: ["ws://127.0.0.1:0"], ...options });
  closers.push(() => node.stop());
  await node.start();
  const [listener = ""] = node.urls;
  return { node, url: listener.replace(/^enode\+ws:\/\/\w+@/, "ws://") };
}

function client(url: string, headers: Record<string, string>): WebSocket {
  const ws = new WebSocket(url, { perMessageDeflate: false, headers });
  closers.push(() => ws.terminate());
  ws.on("error", () => {});
  return ws;
}

/** Asks for a WebSocket: "open", or the status and after how many seconds to come again. */
function ask(url: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve) => {
    const ws = client(url, headers);
    ws.on("open", () => resolve("open"));
    ws.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(`${response.statusCode}, ${response.headers["retry-after"] ?? "never"}`);
    });
  });
}

const strict: ServerOptions = { inboundLimit: { exempt: [] } };
const behindProxy: ServerOptions = { trustedProxies: ["127.0.0.1"] };

async function refusals(node: Server, count: number): Promise<ServerEvent[]> {
  const seen: ServerEvent[] = [];
  for await (const event of node.events()) {
    if (event.type === "refuse") seen.push(event);
    if (seen.length === count) break;
  }
  return seen;
}

test("tells a program with 429 and Retry-After that its address came too often", async () => {
  const { url, node } = await startNode(strict);
  const refused = refusals(node, 1);
  expect(await ask(url)).toBe("open");
  expect(await ask(url)).toMatch(/^429, (30|29)$/);
  expect(await refused).toMatchObject([{ cause: "throttled", remoteAddress: "127.0.0.1" }]);
});

test("tells a page by a close code and a text", async () => {
  const { url } = await startNode(strict);
  const origin = "https://app.example";
  expect(await ask(url, { origin })).toBe("open");
  const [code, text] = await once(client(url, { origin }), "close");
  expect(code).toBe(4004);
  expect(String(text)).toMatch(/^too many attempts from one address: try again in \d+ s$/);
});

test("counts who comes by a trusted proxy by the address that the proxy names", async () => {
  const { url, node } = await startNode(behindProxy);
  const refused = refusals(node, 3);
  expect(await ask(url, { "x-forwarded-for": "203.0.113.1" })).toBe("open");
  expect(await ask(url, { "x-forwarded-for": "203.0.113.2" })).toBe("open");
  expect(await ask(url, { "x-forwarded-for": "198.51.100.7, 203.0.113.1" })).toMatch(/^429/);
  expect(await ask(url, { forwarded: 'for="203.0.113.2:80"' })).toMatch(/^429/);
  // Unreadable: counted together, though the proxy itself is on the local network.
  expect(await ask(url, { "x-forwarded-for": "nonsense" })).toBe("open");
  expect(await ask(url, { "x-forwarded-for": "nonsense" })).toMatch(/^429/);
  expect((await refused).map((event) => "remoteAddress" in event && event.remoteAddress)).toEqual([
    "203.0.113.1",
    "203.0.113.2",
    "127.0.0.1",
  ]);
});

test("believes nobody else's headers", async () => {
  const { url } = await startNode({});
  for (let i = 0; i < 3; i++) {
    expect(await ask(url, { "x-forwarded-for": "203.0.113.1" })).toBe("open");
  }
});

test("refuses with 403 who isn't in one of its networks", async () => {
  const { url, node } = await startNode({ ...behindProxy, netRestrict: ["203.0.113.0/24"] });
  const refused = refusals(node, 3);
  expect(await ask(url)).toBe("403, never");
  expect(await ask(url, { "x-forwarded-for": "198.51.100.7" })).toBe("403, never");
  expect(await ask(url, { "x-forwarded-for": "unknown" })).toBe("403, never");
  expect(await ask(url, { "x-forwarded-for": "203.0.113.1" })).toBe("open");
  expect((await refused).map((event) => "cause" in event && event.cause)).toEqual(
    Array(3).fill("restricted"),
  );
});
