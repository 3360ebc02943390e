/**
 * A server over real sockets: what `stop` leaves behind, and what a closing peer still says.
 * @module
 */

import { DiscReason, defineProtocol, Server } from "@peerkit/core";
import { expect, test } from "vitest";
import { tcp } from "./tcp.ts";

const idle = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
});

/** What keeps the event loop of this process alive, by kind. */
const keptAlive = (): string[] =>
  process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout/.test(kind));

const sockets = (kinds: readonly string[]): number =>
  kinds.filter((kind) => /TCP/.test(kind)).length;

async function newServer(listen: readonly string[], maxPeers = 50): Promise<Server> {
  const server = new Server({ transports: [tcp()], protocols: [idle], listen, maxPeers });
  await server.start();
  return server;
}

test("stop leaves nothing that keeps the event loop alive", async () => {
  const before = keptAlive();
  const node = await newServer(["tcp://127.0.0.1:0"]);
  const dialer = await newServer([]);
  const peer = await dialer.connect(node.urls[0] ?? "");
  expect(sockets(keptAlive())).toBeGreaterThan(sockets(before));
  await Promise.all([node.stop(), dialer.stop()]);
  await peer.closed;
  // Node gives a closed handle back some turns after its close.
  for (let turn = 0; turn < 50 && keptAlive().length > before.length; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sockets(keptAlive())).toBeLessThanOrEqual(sockets(before));
  // The test runner's own timers come and go.
  expect(keptAlive().length).toBeLessThanOrEqual(before.length);
});

test("a refusal reaches the dialer each time, though the refusing side closes at once", async () => {
  const node = await newServer(["tcp://127.0.0.1:0"], 0);
  const dialer = await newServer([]);
  for (let i = 0; i < 10; i++) {
    await expect(dialer.connect(node.urls[0] ?? "")).rejects.toMatchObject({
      remote: true,
      reason: DiscReason.TooManyPeers,
    });
  }
  await Promise.all([node.stop(), dialer.stop()]);
});
