/**
 * Rooms, on real sockets.
 * @module
 */

import type { Peer } from "@peerkit/core";
import { bytesToHex, generatePrivateKey } from "@peerkit/core";
import { expect, test } from "vitest";
import { echo, startRelay, stopLater, until, viaOf } from "../network.test.helper.ts";
import { createRelay } from "../server/index.ts";
import type { JoinOptions } from "./join.ts";
import { join } from "./join.ts";
import type { Room } from "./room.ts";
import { newRoomSecret } from "./room-secret.ts";

/** Joins with the echo protocol, and leaves after the test. */
async function enter(via: string, name: string, options: JoinOptions = {}): Promise<Room> {
  const room = await join(via, name, { protocols: [echo()], ...options });
  stopLater({ stop: () => room.leave() });
  return room;
}

const idOf = ({ server }: Room): string => server.id;

test("all who join a room are peers of each other, sealed, and nobody else is", async () => {
  const via = viaOf(await startRelay());
  const rooms = [await enter(via, "lobby"), await enter(via, "lobby"), await enter(via, "lobby")];
  const elsewhere = await enter(via, "another");
  await until(() => rooms.every(({ peers, members }) => peers.length + members.length === 4));
  for (const room of rooms) {
    const others = rooms.filter((other) => other !== room).map(idOf);
    expect(room.peers.map(({ id }) => id).sort()).toEqual(others.sort());
    expect(room.peers.every(({ sealed, path }) => sealed && path === "circuit")).toBe(true);
    expect(room.members).toHaveLength(2);
  }
  expect([elsewhere.peers, elsewhere.members]).toEqual([[], []]);
});

test("peers come by iterating: those that there are, then those that come", async () => {
  const via = viaOf(await startRelay());
  const first = await enter(via, "lobby");
  const second = await enter(via, "lobby");
  const came: string[] = [];
  const iterating = (async () => {
    for await (const peer of first) came.push(peer.id);
  })();
  await until(() => came.includes(idOf(second)));
  const third = await enter(via, "lobby");
  await until(() => came.includes(idOf(third)));
  await first.leave();
  await iterating;
  expect(came).toEqual([idOf(second), idOf(third)]);
});

test("whoever leaves is gone for the others", async () => {
  const relay = await startRelay();
  const stays = await enter(viaOf(relay), "lobby");
  const leaves = await enter(viaOf(relay), "lobby");
  await until(() => stays.peers.length === 1);
  await leaves.leave();
  await until(() => stays.peers.length === 0 && stays.members.length === 0);
  expect(relay.stats).toMatchObject({ members: 1, rooms: 1, pipes: 0 });
  await stays.leave();
  await until(() => relay.stats.rooms === 0);
});

test("two who see each other through the relay see the same fingerprint", async () => {
  const via = viaOf(await startRelay());
  const [a, b] = [await enter(via, "lobby"), await enter(via, "lobby")];
  await until(() => a.peers.length === 1 && b.peers.length === 1);
  const seen = a.fingerprint(a.peers[0] as Peer);
  expect(seen).toMatch(/^(?:\d{5} ){11}\d{5}$/);
  expect(b.fingerprint(b.peers[0] as Peer)).toBe(seen);
});

test("a secret hides the room's name, and keeps those out who don't have it", async () => {
  const relay = await startRelay();
  const via = viaOf(relay);
  const secret = newRoomSecret();
  const [a, b] = [await enter(via, "lobby", { secret }), await enter(via, "lobby", { secret })];
  await until(() => a.peers.length === 1 && b.peers.length === 1);
  const other = await enter(via, "lobby", { secret: newRoomSecret() });
  const open = await enter(via, "lobby");
  expect(relay.stats).toMatchObject({ rooms: 3, members: 4 });
  expect([other.members, open.members]).toEqual([[], []]);
  // Even one who learns our key.
  const via2 = encodeURIComponent(via);
  await expect(
    open.server.connect(`enode://${bytesToHex(a.server.publicKey)}?via=${via2}`),
  ).rejects.toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
});

test("a secret that could be guessed is refused, and so is a name that can't be", async () => {
  const via = viaOf(await startRelay());
  await expect(join(via, "lobby", { secret: "short" })).rejects.toThrow(/at least 16/);
  await expect(join(via, "")).rejects.toThrow(/1 to 128 bytes/);
  await expect(join(via, "x".repeat(129))).rejects.toThrow(RangeError);
});

test("after the relay was restarted the room is as it was", async () => {
  const privateKey = generatePrivateKey();
  const first = await startRelay({ privateKey });
  const via = viaOf(first);
  const [a, b] = [await enter(via, "lobby"), await enter(via, "lobby")];
  await until(() => a.peers.length === 1 && b.peers.length === 1);
  await first.stop();
  await until(() => a.peers.length === 0 && b.peers.length === 0);
  const listen = [via.replace(/^enode\+(ws):\/\/[0-9a-f]+@/, "$1://")];
  const second = stopLater(createRelay({ privateKey, listen }));
  await second.start();
  await until(() => a.peers.length === 1 && b.peers.length === 1);
  // Who dials needs no reservation of its own for that.
  await until(() => second.stats.reservations === 2 && second.stats.members === 2);
  expect(second.stats.rooms).toBe(1);
});

test("a join that is given up leaves nothing behind", async () => {
  const relay = await startRelay();
  const control = new AbortController();
  const joining = join(viaOf(relay), "lobby", { signal: control.signal });
  const reason = new Error("changed my mind");
  control.abort(reason);
  await expect(joining).rejects.toBe(reason);
  await until(() => relay.stats.peers === 0);
  expect(relay.stats.rooms).toBe(0);
});

test("a relay that isn't there yet is waited for", async () => {
  const privateKey = generatePrivateKey();
  const first = await startRelay({ privateKey });
  const via = viaOf(first);
  await first.stop();
  const events: string[] = [];
  const joining = enter(via, "lobby", { onRelay: ({ type }) => events.push(type) });
  await until(() => events.includes("lost"));
  const listen = [via.replace(/^enode\+(ws):\/\/[0-9a-f]+@/, "$1://")];
  const second = stopLater(createRelay({ privateKey, listen }));
  await second.start();
  expect((await joining).members).toEqual([]);
});
