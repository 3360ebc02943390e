/**
 * Relays that come, go, and fall silent, by a clock.
 * @module
 */

import { bytesToHex, encodeRlp, nodeId, silentLogger, systemRandom } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test, vi } from "vitest";
import { NODE_ROW, RELAY_ROW } from "../../wire/neighbour-protocol.ts";
import type { FarChange } from "./far-members.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { Neighbours } from "./neighbours.ts";

const TOPIC = "00".repeat(16);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ADDRESS = `enode+ws://${"01".repeat(64)}@127.0.0.1:1/p2p`;

const newMember = (fill: number) => {
  const publicKey = new Uint8Array(64).fill(fill);
  return { id: bytesToHex(publicKey.subarray(0, 32)), publicKey };
};
const [alice, bob] = [newMember(1), newMember(2)];

/** Relays of one directory, each with a clock of its own: one that stands still is silent. */
function newNetwork() {
  const directory = memoryDirectory();
  const warn = vi.fn();
  const start = async (label = "a relay") => {
    const clock = new FakeClock();
    const told: string[] = [];
    const names = (of: FarChange["joined"]) => of.map(({ publicKey }) => publicKey[0]).join(",");
    const neighbours = new Neighbours({
      directory,
      clock,
      random: systemRandom,
      logger: { ...silentLogger, warn },
      transportFor: () => {
        throw new TypeError("nobody dials here");
      },
      answer: () => ({ code: 0x41, text: label, retryAfterMs: 0 }),
      onRoom: (_, { joined, left }) => told.push(`+${names(joined)} -${names(left)}`),
    });
    await neighbours.start(ADDRESS);
    await clock.advance(0);
    return { clock, told, neighbours };
  };
  return { directory, warn, start };
}

test("relays know each other from their first word to their last", async () => {
  const { start } = newNetwork();
  const [a, b] = [await start(), await start()];
  expect([a.neighbours.size, b.neighbours.size]).toEqual([1, 1]);
  await a.neighbours.stop();
  expect([a.clock.pending, b.neighbours.size]).toEqual([0, 0]);
});

test("the members at a relay that falls silent have left after 15 s, and are back when it is", async () => {
  const { start } = newNetwork();
  const [a, b] = [await start(), await start()];
  b.neighbours.memberCame(TOPIC, bob);
  await b.clock.advance(0);
  await a.clock.advance(14_999);
  expect(a.told).toEqual(["+2 -"]);
  expect(a.neighbours.membersOf(TOPIC)).toMatchObject([bob]);
  await a.clock.advance(1);
  expect(a.told).toEqual(["+2 -", "+ -2"]);
  expect([a.neighbours.size, a.neighbours.membersOf(TOPIC)]).toEqual([0, []]);
  await b.clock.advance(5_000);
  expect(a.told).toEqual(["+2 -", "+ -2", "+2 -"]);
  expect(a.neighbours.size).toBe(1);
});

test("a relay that is heard is there however long, and so are its members", async () => {
  const { start } = newNetwork();
  const [a, b] = [await start(), await start()];
  b.neighbours.memberCame(TOPIC, bob);
  for (let passed = 0; passed < 3 * MINUTE; passed += 5_000) {
    await b.clock.advance(5_000);
    await a.clock.advance(5_000);
  }
  expect(a.told).toEqual(["+2 -"]);
  expect(a.neighbours.membersOf(TOPIC)).toMatchObject([bob]);
});

test("who comes late is told who is there", async () => {
  const { start } = newNetwork();
  const a = await start();
  a.neighbours.memberCame(TOPIC, alice);
  const b = await start();
  expect(b.told).toEqual(["+1 -"]);
  await a.neighbours.stop();
  expect(b.told).toEqual(["+1 -", "+ -1"]);
});

test("a member that goes to another relay is there all the time, for a third one", async () => {
  const { start } = newNetwork();
  const [a, b, c] = [await start(), await start(), await start()];
  a.neighbours.memberCame(TOPIC, alice);
  b.neighbours.memberCame(TOPIC, alice);
  await b.clock.advance(0);
  a.neighbours.memberLeft(TOPIC, alice);
  await a.clock.advance(0);
  expect(c.told).toEqual(["+1 -"]);
  // Where it was, it is far now, and it was so before it left.
  expect(a.told).toEqual(["+1 -"]);
});

test("a relay that was silent for an hour is forgotten, with what it said", async () => {
  const { start } = newNetwork();
  const [a, b] = [await start(), await start()];
  b.neighbours.memberCame(TOPIC, bob);
  await b.clock.advance(0);
  await a.clock.advance(HOUR + MINUTE);
  expect(a.told).toEqual(["+2 -", "+ -2", "+ -2"]);
  b.neighbours.memberLeft(TOPIC, bob);
  await b.clock.advance(0);
  expect(a.told).toHaveLength(3);
});

test("a row that nobody can read is passed over", async () => {
  const { directory, warn, start } = newNetwork();
  const a = await start();
  const other = await directory.open({ name: "x", answer: (asked) => asked, onLoss: () => {} });
  for (const key of ["relay.x", `room.${TOPIC}.${bob.id}`, "room", "room.x.y.z"]) {
    await other.claim(key, Uint8Array.of(0xc0, 1));
  }
  expect(warn).toHaveBeenCalledTimes(4);
  expect([a.neighbours.size, a.told]).toEqual([0, []]);
  const b = await start();
  b.neighbours.memberCame(TOPIC, bob);
  await b.clock.advance(0);
  expect(a.told).toEqual(["+2 -"]);
});

test("an answer that nobody can read is as none", async () => {
  const { directory, start } = newNetwork();
  const a = await start();
  const other = await directory.open({
    name: "ff",
    answer: () => new Uint8Array(3),
    onLoss: () => {},
  });
  await other.claim("relay.ff", encodeRlp({ address: ADDRESS, beat: 1 }, RELAY_ROW));
  await other.claim(`node.${nodeId(bob.publicKey)}`, encodeRlp({ relay: "ff" }, NODE_ROW));
  const question = { target: bob.publicKey, from: alice.publicKey };
  expect(await a.neighbours.pipeTo(question)).toMatchObject({ code: 0x43 });
});

test("another relay's no is passed on as it is", async () => {
  const { start } = newNetwork();
  const [a, b] = [await start(), await start("b")];
  b.neighbours.nodeCame(nodeId(bob.publicKey));
  await b.clock.advance(0);
  const question = { target: bob.publicKey, from: alice.publicKey };
  const no = { code: 0x41, text: "b", retryAfterMs: 0 };
  expect(await a.neighbours.pipeTo(question)).toEqual(no);
  b.neighbours.nodeLeft(nodeId(bob.publicKey));
  await b.clock.advance(0);
  expect(await a.neighbours.pipeTo(question)).toBeUndefined();
});

test("a relay doesn't take a node back that has gone to another one, however long it seems to be there", async () => {
  const { start } = newNetwork();
  const [a, b, c] = [await start("a"), await start("b"), await start("c")];
  const id = nodeId(bob.publicKey);
  for (const { neighbours, clock } of [a, b]) {
    neighbours.nodeCame(id);
    neighbours.memberCame(TOPIC, bob);
    await clock.advance(0);
  }
  // Its rows have their turn.
  for (let passed = 0; passed < HOUR / 2; passed += 10_000) {
    for (const { clock } of [a, b, c]) await clock.advance(10_000);
  }
  a.neighbours.nodeLeft(id);
  a.neighbours.memberLeft(TOPIC, bob);
  await a.clock.advance(0);
  const question = { target: bob.publicKey, from: alice.publicKey };
  expect(await c.neighbours.pipeTo(question)).toMatchObject({ text: "b" });
  expect(c.told).toEqual(["+2 -"]);
});
