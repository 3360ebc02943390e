/**
 * The examples of a relay and a room as real processes.
 * @module
 */

import { afterEach, expect, test } from "vitest";
import { natsNeed, startNatsServer } from "../packages/relay-nats/src/nats-server.test.helper.ts";
import type { ExampleProcess } from "./test-process.ts";
import { startScript } from "./test-process.ts";

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  // Relays before the directory that they share.
  for (const each of running.splice(0).reverse()) await each.stop();
});

function start(script: string, ...args: readonly string[]): ExampleProcess {
  const each = startScript(script, ...args);
  running.push(each);
  return each;
}

async function line({ lines }: ExampleProcess, start: string): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error(`it ended before "${start}"`);
    if (value.startsWith(start)) return value;
  }
}

test("two who join a room greet each other, and see the same fingerprint", async () => {
  const address = await line(start("relay.js"), "enode+ws://");
  await greet(address, address);
});

test.skipIf(natsNeed.missing)(`so do two at two relays${natsNeed.note}`, async () => {
  const nats = await startNatsServer();
  running.push({ stop: nats.kill });
  const relays = [start("one-of-several.js", nats.url), start("one-of-several.js", nats.url)];
  const [west = "", east = ""] = await Promise.all(
    relays.map((relay) => line(relay, "enode+ws://")),
  );
  await greet(west, east);
});

/** Two join a room, each through a relay. */
async function greet(...addresses: readonly string[]): Promise<void> {
  const rooms = addresses.map((address) => start("room.js", address));
  const fingerprints = await Promise.all(
    rooms.map(async (room) => {
      const here = await line(room, "here:");
      await line(room, "recv: hi");
      return here.replace(/^here: [0-9a-f]{64} /, "");
    }),
  );
  expect(fingerprints[0]).toMatch(/^(?:\d{5} ){11}\d{5}$/);
  expect(fingerprints[1]).toBe(fingerprints[0]);
}
