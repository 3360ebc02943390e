import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Server } from "node:net";
import { bytesToHex, defineProtocol, generatePrivateKey, sendItems } from "@peerkit/core";
import type { Room } from "@peerkit/relay";
import { join } from "@peerkit/relay";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readArgs } from "../args.ts";
import type { LogEvent } from "../log.ts";
import { RELAY_OPTIONS, readRelayConfig } from "./config.ts";
import { startRelay } from "./run.ts";

// The numbers are logged once a minute; nothing else here has an interval.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** Says something to whoever it meets, and counts what it hears. */
function say(heard: { count: number }) {
  return defineProtocol({
    name: "say",
    version: 1,
    length: 1,
    async run(_peer, rw) {
      await sendItems(rw, 0, "between the two of us");
      for await (const msg of rw) heard.count += msg.size > 0 ? 1 : 0;
    },
  });
}

test("the log has numbers and bounds, and neither who came nor who talked to whom nor what was said", async () => {
  const events: LogEvent[] = [];
  const lines: string[] = [];
  const { values } = readArgs("relay", ["--http", "127.0.0.1:0", "--drain", "0"], RELAY_OPTIONS);
  const relay = await startRelay(
    readRelayConfig(values),
    generatePrivateKey(),
    (event, ...more) => {
      events.push(event);
      lines.push(...more);
    },
  );
  const [via] = events[0]!.urls as [string];
  const heard = { count: 0 };
  const rooms: Room[] = [];
  for (let members = 0; members < 2; members++) {
    rooms.push(await join(via, "the room of two", { protocols: [say(heard)] }));
  }
  await vi.waitUntil(() => heard.count === 2, { timeout: 10_000 });
  vi.advanceTimersByTime(60_000);
  const keys = rooms.map(({ server }) => server.publicKey);
  await Promise.all(rooms.map((room) => room.leave()));
  await relay.stop();
  expect(events.map(({ type }) => type)).toEqual(["ready", "stats"]);
  expect(events[0]?.bounds).toMatchObject({ maxPeers: 10_000, maxReservations: 10_000 });
  expect(lines.join("\n")).toMatch(
    /bounds {2}10000 nodes · 10000 reservations · 2000 pipes · messages to it of 16384 bytes/,
  );
  expect(events[1]).toMatchObject({ peers: 2, reservations: 2, rooms: 1, members: 2, circuits: 1 });
  const said = `${JSON.stringify(events)}\n${lines.join("\n")}`;
  for (const secret of ["the room of two", "between the two of us"]) {
    expect(said).not.toContain(secret);
  }
  for (const room of rooms) expect(said).not.toContain(room.server.id.slice(0, 8));
  for (const key of keys) expect(said).not.toContain(bytesToHex(key).slice(0, 8));
});

test("its health says no while everybody is let go, so that nobody new is sent there", async () => {
  const { values } = readArgs("relay", ["--http", "127.0.0.1:0", "--drain", "1"], RELAY_OPTIONS);
  const events: LogEvent[] = [];
  const relay = await startRelay(readRelayConfig(values), generatePrivateKey(), (event) => {
    events.push(event);
  });
  const health = async () => (await fetch(`${events[0]!.page}/healthz`)).status;
  expect(await health()).toBe(200);
  const stopping = relay.stop();
  expect(await health()).toBe(503);
  await stopping;
});

test("a port that is taken is told as that, and not as a mistake in the policy", async () => {
  const taken = new Server().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { values } = readArgs("relay", ["--http", `127.0.0.1:${port}`], RELAY_OPTIONS);
  const starting = startRelay(readRelayConfig(values), generatePrivateKey(), () => {});
  await expect(starting).rejects.toThrow(/^can't listen on http:\/\/127\.0\.0\.1:\d+/);
  taken.close();
});

test("its port opens when it takes WebSockets, and not before", async () => {
  const takers: number[] = [];
  const { listen } = Server.prototype;
  const spy = vi.spyOn(Server.prototype, "listen").mockImplementation(function (
    this: Server,
    ...details: unknown[]
  ) {
    takers.push(this.listenerCount("upgrade"));
    return Reflect.apply(listen, this, details);
  });
  try {
    const { values } = readArgs("relay", ["--http", "127.0.0.1:0", "--drain", "0"], RELAY_OPTIONS);
    const relay = await startRelay(readRelayConfig(values), generatePrivateKey(), () => {});
    await relay.stop();
    expect(takers).toEqual([1]);
  } finally {
    spy.mockRestore();
  }
});
