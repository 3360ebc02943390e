/**
 * The cases of watches: what is there, then what happens.
 * @module
 */

import assert from "node:assert/strict";
import type { ContractCase } from "@peerkit/core/testing";
import type { DirectorySetup } from "./setup.ts";
import { bytes, membersCase, Told, textOf } from "./setup.ts";

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
    const [first, second, third] = tolds;
    await member.watch("room", (key, value) => first?.onRow(key, value));
    await other.watch("room", (key, value) => second?.onRow(key, value));
    await other.watch("room", (key, value) => third?.onRow(key, value));
    await member.claim("room.1", bytes("one"));
    const claim = await other.claim("room.1", bytes("two"));
    await claim.release();
    const again = await member.claim("room.1", bytes("three"));
    await again.release();
    await member.claim("room.2", bytes("end"));
    for (const told of tolds) {
      await told.until("room.2=end");
      assert.deepEqual(told.all, [
        "room.1=one",
        "room.1=two",
        "room.1 gone",
        "room.1=three",
        "room.1 gone",
        "room.2=end",
      ]);
    }
  }),
  membersCase("tells again of a row that is claimed again as it is", async (open) => {
    const member = await open("a");
    const told = new Told();
    await member.watch("relay", told.onRow);
    await member.claim("relay.a", bytes("here"));
    await member.claim("relay.a", bytes("here"));
    await member.claim("relay.b", bytes("end"));
    await told.until("relay.b=end");
    assert.deepEqual(told.all, ["relay.a=here", "relay.a=here", "relay.b=end"]);
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
    assert.deepEqual(told.all, ["node.1=old", "node.1=new", "node.2=end"]);
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
  membersCase("tells one who has closed nothing, and leaves his rows", async (open) => {
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
    assert.equal(textOf(await member.lookup("node.1")), "his");
  }),
];
