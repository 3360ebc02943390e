/**
 * Tab to tab through a relay, on real sockets.
 * @module
 */

import { bytesToHex, encodeRlp, generatePrivateKey, publicKeyOf, Server } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import { expect, test } from "vitest";
import {
  circuitTo,
  echo,
  next,
  startRelay,
  startTab,
  stopLater,
  until,
  viaOf,
} from "./network.test.helper.ts";
import { createRelay } from "./server/index.ts";
import { relay } from "./transport.ts";

/** A tab that is reachable. */
async function startReachable(
  via: string,
  options: Parameters<typeof startTab>[0] = {},
): ReturnType<typeof startTab> {
  const tab = await startTab(options);
  await tab.relay.reserve(via);
  return tab;
}

test("two tabs are peers of each other, sealed, end to end", async () => {
  const made = await startRelay();
  const bob = await startReachable(viaOf(made));
  const heard: string[] = [];
  const alice = await startTab({ server: { protocols: [echo((text) => heard.push(text))] } });
  const peer = await alice.connect(circuitTo(bob, made));
  expect(peer).toMatchObject({ id: bob.id, path: "circuit", sealed: true, transport: "via" });
  await until(() => heard.length > 0);
  expect(heard[0]).toMatch(/^hello/);
  const back = bob.peers.find(({ id }) => id === alice.id);
  expect(back).toMatchObject({ path: "circuit", sealed: true, inbound: true, transport: "via" });
  expect(made.stats).toMatchObject({ peers: 2, reservations: 1, pipes: 1, opened: 1 });
  peer.disconnect();
  await until(() => made.stats.pipes === 0);
  expect([alice.relay.pipes, bob.relay.pipes]).toEqual([0, 0]);
});

test("an address of one's own is there for others once it is reserved", async () => {
  const made = await startRelay();
  const bob = await startReachable(viaOf(made));
  const [address] = bob.relay.addresses;
  expect(address).toEqual({ publicKey: bob.publicKey, scheme: "tcp", via: viaOf(made) });
  const alice = await startTab();
  expect((await alice.connect(address ?? "")).id).toBe(bob.id);
});

test("a tab without a reservation can't be reached, and the other is told so", async () => {
  const made = await startRelay();
  const bob = await startTab();
  await bob.connect(viaOf(made));
  const alice = await startTab();
  await expect(alice.connect(circuitTo(bob, made))).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_NO_TARGET",
    message: expect.stringMatching(/no reservation/),
  });
  expect(made.stats.refusals).toEqual({ NoTarget: 1 });
});

test("a relay that isn't there is said to be lost, with the cause", async () => {
  const made = await startRelay();
  const address = circuitTo(await startTab(), made);
  await made.stop();
  const alice = await startTab();
  await expect(alice.connect(address)).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_LOST",
    cause: { code: "P2P_ERR_DIAL_FAILED" },
  });
});

test("a relay must be reached by WebSocket", async () => {
  const alice = await startTab();
  const key = bytesToHex(publicKeyOf(generatePrivateKey()));
  await expect(
    alice.connect(`enode://${key}?via=enode://${key}@127.0.0.1:1`),
  ).rejects.toMatchObject({ code: "P2P_ERR_BAD_ADDRESS" });
});

test("a tab's own no to RLPx v5 holds whatever the relay says", async () => {
  const made = await startRelay();
  const bob = await startReachable(viaOf(made), {
    server: { protocols: [echo()], sealed: "off" },
  });
  const alice = await startTab({ server: { protocols: [echo()], sealed: "off" } });
  const peer = await alice.connect(circuitTo(bob, made));
  expect(peer.sealed).toBe(true);
});

test("who has another psk is no peer", async () => {
  const made = await startRelay();
  const psk = (fill: number) => new Uint8Array(32).fill(fill);
  const bob = await startReachable(viaOf(made), { psk: psk(1) });
  const knowing = await startTab({ psk: psk(1) });
  expect((await knowing.connect(circuitTo(bob, made))).sealed).toBe(true);
  const guessing = await startTab({ psk: psk(2) });
  await expect(guessing.connect(circuitTo(bob, made))).rejects.toMatchObject({
    code: "P2P_ERR_SEALED_HANDSHAKE",
  });
});

test("a node takes no more pipes than it wants, and says so to both sides", async () => {
  const made = await startRelay();
  const bob = await startReachable(viaOf(made), { maxPipes: 1 });
  const first = await startTab();
  await first.connect(circuitTo(bob, made));
  const second = await startTab();
  await expect(second.connect(circuitTo(bob, made))).rejects.toMatchObject({
    code: "P2P_ERR_PIPE_NO_ANSWER",
  });
  const carol = await startReachable(viaOf(made));
  await expect(bob.connect(circuitTo(carol, made))).rejects.toMatchObject({
    code: "P2P_ERR_PIPE_LIMIT",
    message: expect.stringMatching(/all 1 pipes/),
  });
});

test("a tab that is dropped again and again comes back by itself, and has one reservation", async () => {
  const many = { connectsPerSecond: 1_000_000, connectBurst: 1_000_000 };
  const made = await startRelay({ limits: { perKey: many, perAddress: many } });
  const bob = await startTab();
  let reserved = 0;
  const tab = await startTab({
    reserve: [viaOf(made)],
    onRelay: ({ type }) => {
      if (type === "reserved") reserved++;
    },
  });
  // Each time it is dropped it comes back by itself.
  for (let round = 1; round <= 10; round++) {
    await until(() => reserved >= round);
    expect(made.stats.reservations).toBe(1);
    tab.peers[0]?.disconnect();
  }
  await until(() => reserved > 10);
  expect(made.stats).toMatchObject({ reservations: 1, peers: 1 });
  expect((await bob.connect(circuitTo(tab, made))).id).toBe(tab.id);
});

test("after a restart of the relay a tab is reachable again by itself", async () => {
  const privateKey = generatePrivateKey();
  const first = await startRelay({ privateKey });
  const via = viaOf(first);
  const events: string[] = [];
  const bob = await startTab({ reserve: [via], onRelay: ({ type }) => events.push(type) });
  await until(() => events.includes("reserved"));
  await first.stop();
  await until(() => events.includes("lost"));
  const listen = [via.replace(/^enode\+(ws):\/\/[0-9a-f]+@/, "$1://")];
  const second = stopLater(createRelay({ privateKey, listen }));
  await second.start();
  await until(() => second.stats.reservations === 1);
  const alice = await startTab();
  expect((await alice.connect(circuitTo(bob, second))).id).toBe(bob.id);
  expect(events.slice(0, 2)).toEqual(["reserved", "lost"]);
});

test("a relay that drains says so, refuses what is new, and lets everybody go", async () => {
  const made = await startRelay();
  const events: string[] = [];
  const bob = await startTab({ reserve: [viaOf(made)], onRelay: ({ type }) => events.push(type) });
  const alice = await startTab();
  await alice.connect(viaOf(made));
  await until(() => made.stats.reservations === 1);
  const drained = made.drain(300);
  await expect(alice.connect(circuitTo(bob, made))).rejects.toMatchObject({
    code: expect.stringMatching(/P2P_ERR_RELAY_(DRAINING|LOST)/),
  });
  await drained;
  await until(() => events.includes("lost"));
  expect(events).toEqual(expect.arrayContaining(["reserved", "draining", "lost"]));
});

test("a relay's word alone sends nobody anywhere", async () => {
  const made = await startRelay();
  const bob = await startTab();
  // Connected, but not asked to be reachable through it.
  await bob.connect(viaOf(made));
  const target = made.server.peers[0];
  const writer = target?.writer({ name: "relay", version: 1 });
  await writer?.writeMsg(
    0x04,
    encodeRlp([new Uint8Array(16), made.server.publicKey, Uint8Array.of(1)]),
  );
  await target?.ping();
  expect(bob.relay.pipes).toBe(0);
});

test("a node that is no relay says so, and nobody waits for it", async () => {
  const noRelay = stopLater(
    new Server({ transports: [webSocket(), relay()], listen: ["ws://127.0.0.1:0/p2p"] }),
  );
  await noRelay.start();
  const tab = await startTab();
  await expect(tab.relay.reserve(noRelay.urls[0] ?? "")).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_NOT_ALLOWED",
    message: expect.stringMatching(/this node is no relay/),
  });
});

test("one transport belongs to one server", async () => {
  const tab = await startTab();
  const other = stopLater(new Server({ transports: [webSocket(), tab.relay] }));
  await expect(other.start()).rejects.toThrow(/one for each server/);
});

test("a handshake that fails at the other end is told to both", async () => {
  const made = await startRelay();
  const bob = await startReachable(viaOf(made), { server: { protocols: [echo()], maxPeers: 1 } });
  const failed = next(bob, "fail");
  const alice = await startTab();
  await expect(alice.connect(circuitTo(bob, made))).rejects.toMatchObject({ reason: 0x04 });
  expect(await failed).toMatchObject({ inbound: true, reason: 0x04 });
});
