/**
 * A server with a node database: what it remembers of its connections.
 * @module
 */

import { expect, test } from "vitest";
import { defineProtocol } from "../../devp2p/protocol.ts";
import { formatNodeAddress } from "../../node/address-text.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { NodeDatabase } from "../../store/node-database.ts";
import type { Store } from "../../store/store.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import { Server } from "../server.ts";

const HOUR = 3_600_000;
const listen = ["memory://node:0"];

const idle = defineProtocol({
  name: "idle",
  version: 1,
  length: 1,
  run: (_peer, _rw, signal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    }),
});

const at = (now: number) => ({ now: () => now });

test("a node that was reached is known after a restart, and can be dialed again", async () => {
  const network = memoryNetwork();
  await using far = new Server({ transports: [network.transport()], listen, protocols: [idle] });
  await far.start();
  const store = memoryStore();
  {
    const nodeDatabase = new NodeDatabase(store, at(1));
    const options = { transports: [network.transport()], protocols: [idle], nodeDatabase };
    await using first = new Server(options);
    await first.start();
    await first.connect(far.urls[0]!);
  }
  const nodeDatabase = new NodeDatabase(store, at(2));
  const [known, ...others] = await nodeDatabase.knownNodes();
  expect(others).toEqual([]);
  expect(known).toMatchObject({ id: far.id, lastSeen: 1, fails: 0 });
  expect(formatNodeAddress(known!.address)).toBe(far.urls[0]);

  const options = { transports: [network.transport()], protocols: [idle], nodeDatabase };
  await using second = new Server(options);
  await second.start();
  expect((await second.connect(known!.address)).id).toBe(far.id);
});

test("whoever dialed us isn't known: nobody knows where it listens", async () => {
  const network = memoryNetwork();
  const nodeDatabase = new NodeDatabase(memoryStore());
  await using server = new Server({
    transports: [network.transport()],
    listen,
    protocols: [idle],
    nodeDatabase,
  });
  await server.start();
  await using far = new Server({ transports: [network.transport()], protocols: [idle] });
  await far.start();
  await far.connect(server.urls[0]!);
  await expect.poll(() => server.peerCount).toBe(1);
  expect(await nodeDatabase.knownNodes()).toEqual([]);
});

test("an attempt that fails is counted, a refusal with a reason is not", async () => {
  const network = memoryNetwork();
  const nodeDatabase = new NodeDatabase(memoryStore());
  const options = { transports: [network.transport()], protocols: [idle], nodeDatabase };
  await using server = new Server(options);
  await server.start();
  const far = new Server({ transports: [network.transport()], listen, protocols: [idle] });
  await far.start();
  const [url = ""] = far.urls;
  const fails = async () => (await nodeDatabase.knownNodes()).map((node) => node.fails);

  const peer = await server.connect(url);
  const other = defineProtocol({ ...idle, name: "other" });
  await using stranger = new Server({
    transports: [network.transport()],
    protocols: [other],
    nodeDatabase,
  });
  await stranger.start();
  await expect(stranger.connect(url)).rejects.toMatchObject({ reason: 3 });
  expect(await fails()).toEqual([0]);

  await far.stop();
  await peer.closed;
  await expect.poll(() => server.peerCount).toBe(0);
  await expect(server.connect(url)).rejects.toMatchObject({ code: "P2P_ERR_DIAL_FAILED" });
  expect(await fails()).toEqual([1]);
});

test("a node that stays connected is noted every hour, and when it leaves", async () => {
  const network = memoryNetwork();
  const clock = new FakeClock();
  let now = 0;
  const nodeDatabase = new NodeDatabase(memoryStore(), { now: () => now });
  const far = new Server({ transports: [network.transport()], listen, protocols: [idle], clock });
  await far.start();
  const options = { transports: [network.transport()], protocols: [idle], nodeDatabase, clock };
  const server = new Server(options);
  await server.start();
  await server.connect(far.urls[0]!);
  const lastSeen = async () => (await nodeDatabase.knownNodes()).map((node) => node.lastSeen);
  expect(await lastSeen()).toEqual([0]);
  for (let hour = 1; hour <= 2; hour++) {
    now = hour * 1_000_000;
    await clock.advance(HOUR);
    expect(await lastSeen()).toEqual([now]);
  }
  now = 5_000_000;
  await server.stop();
  expect(await lastSeen()).toEqual([now]);
  await far.stop();
  expect(clock.pending).toBe(0);
});

test("a database that can't be written holds nothing up, and is told to the log", async () => {
  const network = memoryNetwork();
  const warnings: unknown[] = [];
  const store: Store = {
    ...memoryStore(),
    async set() {
      throw new Error("disk full");
    },
  };
  await using far = new Server({ transports: [network.transport()], listen, protocols: [idle] });
  await far.start();
  const server = new Server({
    transports: [network.transport()],
    protocols: [idle],
    nodeDatabase: new NodeDatabase(store),
    logger: { debug() {}, info() {}, error() {}, warn: (text) => void warnings.push(text) },
  });
  await server.start();
  expect((await server.connect(far.urls[0]!)).id).toBe(far.id);
  await server.stop();
  expect(warnings).toContain("node database not written");
});
