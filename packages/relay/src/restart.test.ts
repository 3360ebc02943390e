/**
 * A relay that is restarted while it is in use.
 * @module
 */

import { defineProtocol, generatePrivateKey } from "@peerkit/core";
import { FakeClock, SeededRandom } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { circuitTo, startRelay, startTab, until, viaOf } from "./network.test.helper.ts";
import type { RelayEvent } from "./relay-event.ts";

/** Tabs with a reservation; each even one is connected to the next. */
const TABS = 10;

/** Within that time everybody is to be back, in ms: the pauses leave room for the handshakes. */
const BACK_MS = 5_000;

/** Sends without end to whom it dialed through a relay, as soon as it is told to. */
function pour(begin: Promise<unknown>) {
  return defineProtocol({
    name: "pour",
    version: 1,
    length: 1,
    async run(peer, rw, signal) {
      const chunk = new Uint8Array(16 * 1024);
      const send = async () => {
        if (peer.path !== "circuit" || peer.inbound) return;
        for (await begin; !signal.aborted; ) await rw.writeMsg(0, chunk);
      };
      const sending = send().catch(() => {});
      // What comes is read and forgotten.
      for await (const msg of rw) void msg;
      await sending;
    },
  });
}

/** Many tabs with reservations, and pipes between them that are full. */
async function startBusyRelay() {
  const many = { connectsPerSecond: 1_000_000, connectBurst: 1_000_000, reservations: TABS };
  const options = { privateKey: generatePrivateKey(), limits: { perAddress: many } };
  const made = await startRelay(options);
  const via = viaOf(made);
  const events: RelayEvent[] = [];
  const onRelay = (event: RelayEvent) => events.push(event);
  let begin = () => {};
  const protocols = [pour(new Promise<void>((resolve) => (begin = resolve)))];
  const newTab = () => startTab({ reserve: [via], onRelay, server: { protocols } });
  const tabs = await Promise.all(Array.from({ length: TABS }, newTab));
  await until(() => made.stats.reservations === TABS);
  for (const [at, tab] of tabs.entries()) {
    const next = tabs[at + 1];
    if (at % 2 === 0 && next) await tab.connect(circuitTo(next, made));
  }
  begin();
  await until(() => made.stats.bytes > 1_000_000);
  const again = () =>
    startRelay({ ...options, listen: [via.replace(/^enode\+(ws):\/\/[0-9a-f]+@/, "$1://")] });
  return { made, tabs, events, again };
}

/** What the tabs were told of the relay's end. */
function pausesIn(events: readonly RelayEvent[]): number[] {
  return events.flatMap((event) => (event.type === "lost" ? [event.retryAfterMs] : []));
}

test("drained and started again under load, a relay has all its reservations again, soon and not at once", async () => {
  const { made, tabs, events, again } = await startBusyRelay();
  await made.drain(200);
  const second = await again();
  await until(() => second.stats.reservations === TABS);
  const drained = events.filter(({ type }) => type === "draining");
  expect(drained).toHaveLength(TABS);
  const pauses = pausesIn(events);
  expect(pauses.length).toBeGreaterThanOrEqual(TABS);
  expect(Math.max(...pauses)).toBeLessThan(BACK_MS);
  expect(new Set(pauses).size).toBeGreaterThan(TABS / 2);
  // They are where they were: whoever asks again gets through.
  const [first, other] = tabs;
  expect((await first!.connect(circuitTo(other!, second))).id).toBe(other!.id);
});

test("a relay that is gone from one moment to the next has all its reservations again, too", async () => {
  const { made, events, again } = await startBusyRelay();
  await made.stop();
  await until(() => pausesIn(events).length >= TABS);
  const second = await again();
  await until(() => second.stats.reservations === TABS);
  expect(Math.max(...pausesIn(events))).toBeLessThan(BACK_MS);
});

test("a node that waits to try again doesn't, once it is connected to the relay all the same", async () => {
  const privateKey = generatePrivateKey();
  const first = await startRelay({ privateKey });
  const via = viaOf(first);
  const events: RelayEvent[] = [];
  const onRelay = (event: RelayEvent) => events.push(event);
  // Its clock stands still: no pause of its own ends.
  const tab = await startTab({ reserve: [via], onRelay, server: { clock: new FakeClock() } });
  await until(() => first.stats.reservations === 1);
  await first.stop();
  await until(() => pausesIn(events).length === 1);
  const listen = [via.replace(/^enode\+(ws):\/\/[0-9a-f]+@/, "$1://")];
  const second = await startRelay({ privateKey, listen });
  await tab.connect(via);
  await until(() => events.at(-1)?.type === "reserved");
  expect(second.stats.reservations).toBe(1);
});

test("a drain lets nodes go one after another, not all at once", async () => {
  const clock = new FakeClock();
  const made = await startRelay({ clock, random: new SeededRandom(1).fill });
  const tabs = await Promise.all(Array.from({ length: TABS }, () => startTab()));
  for (const tab of tabs) await tab.connect(viaOf(made));
  const drained = made.drain(1_000);
  const left: number[] = [];
  for (let ms = 0; ms < 1_000; ms += 100) {
    await clock.advance(100);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    left.push(made.server.peerCount);
  }
  await drained;
  expect(new Set(left).size).toBeGreaterThan(TABS / 3);
});

test("nobody comes into a relay that drains, and is told so in words", async () => {
  const clock = new FakeClock();
  const made = await startRelay({ clock });
  const tab = await startTab();
  await tab.connect(viaOf(made));
  const drained = made.drain(1_000);
  const late = await startTab();
  await expect(late.connect(viaOf(made))).rejects.toThrow(/the relay is about to stop/);
  await clock.advance(1_000);
  await drained;
});
