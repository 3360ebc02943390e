/**
 * The WebSocket transport in a real page, against a listener in Node.
 * @module
 */

import { P2PError, Server } from "@peerkit/core";
import { dialConformance } from "@peerkit/core/testing";
import { describe, expect, inject, test } from "vitest";
import { webSocket } from "./index.browser.ts";
import type {} from "./testing/echo-server.global.ts";

const { host, port, fullPort, onceAnHour } = inject("echo");
const address = { publicKey: new Uint8Array(64), scheme: "ws", host, port };

// Chromium opens WebSockets to one host one by one, and slower after some have failed.
describe("the WebSocket transport in a page", { timeout: 60_000 }, () => {
  dialConformance(test, async () => ({
    transport: webSocket(),
    address,
    // A port that browsers refuse by themselves would not be dialed at all.
    refusedAddress: { ...address, port: 65_533 },
  }));
});

test("can't listen", () => {
  expect(webSocket()).not.toHaveProperty("listen");
});

test("is told why a full node refuses it", async () => {
  const stream = await webSocket().dial({ ...address, port: fullPort });
  const { error, reason } = await stream.closed;
  expect(reason).toBe(0x04);
  expect(error?.message).toMatch(/too many peers.*come back later/);
});

test("is told in words that its address came too often", async () => {
  const server = new Server({ transports: [webSocket()] });
  await server.start();
  const peer = await server.connect(onceAnHour);
  peer.disconnect();
  await peer.closed;
  const refused: unknown = await server.connect(onceAnHour).catch((error: unknown) => error);
  expect(P2PError.is(refused)).toBe(true);
  expect(refused).toMatchObject({
    reason: 0x04,
    remote: true,
    message: expect.stringMatching(/too many attempts from one address: try again in \d+ s/),
  });
  await server.stop();
});

test("lists the likely causes of a dial that failed", async () => {
  await expect(webSocket().dial({ ...address, path: "/no/such/path" })).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/Likely: nothing listens there; the path is wrong/),
  });
});
