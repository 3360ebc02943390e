/**
 * The cases of watches: what is there, then what happens.
 * @module
 */

import assert from "node:assert/strict";
import type { ContractCase } from "@peerkit/core/testing";
import type { DirectorySetup } from "./setup.ts";
import { bytes, membersCase, Told } from "./setup.ts";

export const watchCases: readonly ContractCase<DirectorySetup>[] = [
  membersCase("tells what is there, before a watch resolves", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    for (const key of ["room", "room.1", "room.1.2"]) await member.claim(key, bytes("old"));
    for (const key of ["room", "room.1", "room.1.2"]) await member.claim(key, bytes("new"));
    const gone = await member.claim("room.2", bytes("gone"));
    await gone.release();
    const told = new Told();
    await other.watch("room", told.onRow);
    assert.deepEqual(told.all.toSorted(), ["room.1.2=new", "room.1=new", "room=new"]);
  }),
  membersCase("tells each change of a row, in their order, to every watch", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    const tolds = [new Told(), new Told(), new Told()];
    const heard = (line: string) => Promise.all(tolds.map((told) => told.until(line)));
    for (const [i, told] of tolds.entries()) {
      await (i === 0 ? member : other).watch("room", told.onRow);
    }
    await member.claim("room.1", bytes("one"));
    await heard("room.1=one");
    const claim = await other.claim("room.1", bytes("two"));
    await heard("room.1=two");
    await claim.release();
    await heard("room.1 gone");
    await member.claim("room.1", bytes("three"));
    await heard("room.1=three");
    const expected = ["room.1=one", "room.1=two", "room.1 gone", "room.1=three"];
    for (const told of tolds) assert.deepEqual(told.all, expected);
  }),
  membersCase(
    "leaves out of a row what is replaced at once, never what comes last",
    async (open) => {
      const member = await open("a");
      const told = new Told();
      await member.watch("room", told.onRow);
      for (let i = 0; i < 100; i++) await member.claim("room.1", bytes(`${i}`));
      const claim = await member.claim("room.2", bytes("short"));
      await claim.release();
      await member.claim("room.3", bytes("end"));
      await told.until("room.3=end");
      const first = told.all.filter((line) => line.startsWith("room.1="));
      const numbers = first.map((line) => Number(line.slice("room.1=".length)));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      assert.equal(numbers.at(-1), 99);
      assert.ok(told.all.indexOf("room.2=short") <= told.all.indexOf("room.2 gone"));
    },
  ),
  membersCase("tells again of a row that is claimed again as it is", async (open) => {
    const member = await open("a");
    const told = new Told();
    await member.watch("relay", told.onRow);
    for (const times of [1, 2, 3]) {
      await member.claim("relay.a", bytes("here"));
      await told.until("relay.a=here", times);
    }
    assert.deepEqual(told.all, ["relay.a=here", "relay.a=here", "relay.a=here"]);
  }),
  membersCase("doesn't tell of a release that removes nothing", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    const told = new Told();
    await member.watch("node", told.onRow);
    const old = await member.claim("node.1", bytes("old"));
    await other.claim("node.1", bytes("new"));
    await old.release();
    await member.claim("node.2", bytes("end"));
    await told.until("node.2=end");
    assert.deepEqual(told.all.slice(-2), ["node.1=new", "node.2=end"]);
  }),
  membersCase("tells of one word alone", async (open) => {
    const member = await open("a");
    for (const key of ["rooms", "rooms.1", "roo.m", "node.room", "node"]) {
      await member.claim(key, bytes("before"));
    }
    const told = new Told();
    await member.watch("room", told.onRow);
    for (const key of ["rooms", "rooms.1", "roo.m", "node.room.1", "room"]) {
      await member.claim(key, bytes("after"));
    }
    await told.until("room=after");
    assert.deepEqual(told.all, ["room=after"]);
  }),
  membersCase("tells one who has closed nothing", async (open) => {
    const [leaver, member] = [await open("a"), await open("b")];
    const [toldLeaver, told] = [new Told(), new Told()];
    await leaver.watch("node", toldLeaver.onRow);
    await member.watch("node", told.onRow);
    await leaver.claim("node.1", bytes("his"));
    await Promise.all([toldLeaver, told].map((each) => each.until("node.1=his")));
    await leaver.close();
    await member.claim("node.2", bytes("end"));
    await told.until("node.2=end");
    assert.deepEqual(toldLeaver.all, ["node.1=his"]);
  }),
];
