/**
 * What the members of one room are told, and when.
 * @module
 */

import type { Peer } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import type { RoomChange } from "./room.ts";
import { Room } from "./room.ts";

/** As much of a peer as a room looks at. */
function newPeer(id: number): Peer {
  return { id: `${id}`, publicKey: new Uint8Array(64).fill(id) } as Peer;
}

function newRoom() {
  const clock = new FakeClock();
  const told: string[] = [];
  const names = (keys: Uint8Array[]) => keys.map(([first]) => first).join(",");
  const tell = ({ id }: Peer, { joined, left }: RoomChange) =>
    told.push(`${id}: +${names(joined)} -${names(left)}`);
  return { clock, told, room: new Room("lobby", clock, tell) };
}

const [a, b, c] = [newPeer(1), newPeer(2), newPeer(3)] as [Peer, Peer, Peer];

test("changes of 50 ms are told together, to each without himself", async () => {
  const { clock, told, room } = newRoom();
  for (const peer of [a, b, c]) room.add(peer);
  await clock.advance(49);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(["1: +2,3 -", "2: +1,3 -", "3: +1,2 -"]);
  room.remove(b);
  await clock.advance(50);
  expect(told.slice(3)).toEqual(["1: + -2", "3: + -2"]);
});

test("who comes and goes at once is told as gone, for those who have him on their list", async () => {
  const { clock, told, room } = newRoom();
  room.add(a);
  await clock.advance(50);
  room.add(b);
  expect(room.keysBut(a).map(([first]) => first)).toEqual([2]);
  room.remove(b);
  await clock.advance(50);
  expect(told).toEqual(["1: + -2"]);
});

test("who goes and comes back at once is told as there", async () => {
  const { clock, told, room } = newRoom();
  for (const peer of [a, b]) room.add(peer);
  await clock.advance(50);
  told.length = 0;
  room.remove(b);
  room.add(b);
  await clock.advance(50);
  expect(told).toEqual(["1: +2 -"]);
});

test("a new connection of a member takes the old one's place, and its end changes nothing", () => {
  const { room } = newRoom();
  const again = newPeer(1);
  room.add(a);
  room.add(again);
  room.remove(a);
  expect([room.size, room.has(again), room.has(a)]).toEqual([1, true, false]);
});

test("a room that is closed says nothing more", async () => {
  const { clock, told, room } = newRoom();
  room.add(a);
  room.add(b);
  room.close();
  await clock.advance(100);
  expect(told).toEqual([]);
  expect(clock.pending).toBe(0);
});

test("members at other relays are members, told of as those here are", async () => {
  const { clock, told, room } = newRoom();
  room.add(a);
  room.changeFar({ joined: [c], left: [] });
  expect([room.size, room.here]).toEqual([2, 1]);
  expect(room.keysBut(a).map(([first]) => first)).toEqual([3]);
  await clock.advance(50);
  room.changeFar({ joined: [], left: [c] });
  await clock.advance(50);
  expect(told).toEqual(["1: +3 -", "1: + -3"]);
});

test("who goes from here to another relay, or from there to here, never leaves", async () => {
  const { clock, told, room } = newRoom();
  for (const peer of [a, b]) room.add(peer);
  await clock.advance(50);
  told.length = 0;
  room.changeFar({ joined: [b], left: [] });
  room.remove(b);
  await clock.advance(50);
  expect([told, room.size]).toEqual([[], 2]);
  room.add(b);
  room.changeFar({ joined: [], left: [b] });
  await clock.advance(50);
  expect(told.filter((line) => /-2/.test(line))).toEqual([]);
});

test("who leaves that was never there is nobody's news", async () => {
  const { clock, told, room } = newRoom();
  room.add(a);
  await clock.advance(50);
  room.changeFar({ joined: [], left: [c] });
  await clock.advance(50);
  expect(told).toEqual([]);
});
