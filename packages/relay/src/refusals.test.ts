/**
 * What a tab is told when a budget of the relay is used up, on real sockets.
 * @module
 */

import { defineProtocol } from "@peerkit/core";
import { expect, test } from "vitest";
import { circuitTo, startRelay, startTab, until, viaOf } from "./network.test.helper.ts";
import type { PartialLimits } from "./server/index.ts";

/** A relay with these limits, and two tabs that can be reached through it. */
async function open(limits: PartialLimits) {
  const relay = await startRelay({ limits });
  const tabs = [await startTab(), await startTab()] as const;
  for (const tab of tabs) await tab.relay.reserve(viaOf(relay));
  return { relay, tabs };
}

const over = (words: RegExp) => ({
  code: "P2P_ERR_RELAY_BUDGET",
  message: expect.stringMatching(words),
});

test("its pipes are as many as it may have", async () => {
  const { relay, tabs } = await open({ perKey: { pipes: 1 } });
  const tab = await startTab();
  const first = await tab.connect(circuitTo(tabs[0], relay));
  await expect(tab.connect(circuitTo(tabs[1], relay))).rejects.toMatchObject(
    over(/your node has 1 open pipes, as many as it may/),
  );
  first.disconnect();
  await until(() => relay.stats.pipes === 0);
  expect((await tab.connect(circuitTo(tabs[1], relay))).id).toBe(tabs[1].id);
});

test("it asks too often, and is told when to ask again", async () => {
  const { relay, tabs } = await open({ perKey: { connectsPerSecond: 0.1, connectBurst: 1 } });
  const tab = await startTab();
  await tab.connect(circuitTo(tabs[0], relay));
  await expect(tab.connect(circuitTo(tabs[1], relay))).rejects.toMatchObject({
    ...over(/your node asked too often/),
    retryAfterMs: expect.any(Number),
  });
});

test("its network address has all the reservations that it may", async () => {
  const relay = await startRelay({ limits: { perAddress: { reservations: 1 } } });
  const first = await startTab();
  await first.relay.reserve(viaOf(relay));
  const errors: string[] = [];
  await startTab({
    reserve: [viaOf(relay)],
    onRelay: (event) => {
      if (event.type === "lost") errors.push(`${event.code}: ${event.error}`);
    },
  });
  await until(() => errors.length > 0);
  expect(errors[0]).toMatch(/^P2P_ERR_RELAY_BUDGET: .*your network address has 1 reservations/);
  expect(relay.stats.reservations).toBe(1);
});

test("its bytes of today are used up in the middle of a transfer", async () => {
  const relay = await startRelay({ limits: { perKey: { bytesPerDay: 1_000_000 } } });
  let got = 0;
  const pour = defineProtocol({
    name: "pour",
    version: 1,
    length: 1,
    async run(peer, rw, signal) {
      const chunk = crypto.getRandomValues(new Uint8Array(32 * 1024));
      const send = async () => {
        while (!peer.inbound && !signal.aborted) await rw.writeMsg(0, chunk);
      };
      void send().catch(() => {});
      for await (const msg of rw) got += msg.size;
    },
  });
  const bob = await startTab({ server: { protocols: [pour] } });
  await bob.relay.reserve(viaOf(relay));
  const alice = await startTab({ server: { protocols: [pour] } });
  const peer = await alice.connect(circuitTo(bob, relay));
  const end = await peer.closed;
  expect(end).toMatchObject(over(/your node has moved its bytes for today/));
  expect(got).toBeGreaterThan(0);
  expect(got).toBeLessThan(1_000_000);
  await until(() => relay.stats.pipes === 0);
  expect(relay.stats.ends).toEqual({ Budget: 1 });
});
