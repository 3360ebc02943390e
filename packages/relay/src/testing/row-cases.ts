/**
 * The cases of rows: who writes last has it, until he gives it up.
 * @module
 */

import assert from "node:assert/strict";
import type { ContractCase } from "@peerkit/core/testing";
import type { DirectorySetup } from "./setup.ts";
import { bytes, membersCase, Told, textOf } from "./setup.ts";

/** As many as a relay may claim at once. */
const MANY = 1_000;

export const rowCases: readonly ContractCase<DirectorySetup>[] = [
  membersCase("has nothing at first", async (open) => {
    const member = await open("a");
    const told = new Told();
    await member.watch("node", told.onRow);
    assert.equal(await member.lookup("node.1"), undefined);
    assert.deepEqual(told.all, []);
  }),
  membersCase("gives what was claimed, to all, until it is released", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    const claim = await member.claim("node.1", bytes("here"));
    for (const each of [member, other]) assert.equal(textOf(await each.lookup("node.1")), "here");
    await claim.release();
    for (const each of [member, other]) assert.equal(await each.lookup("node.1"), undefined);
    await claim.release();
    await other.claim("node.1", bytes("there"));
    assert.equal(textOf(await member.lookup("node.1")), "there");
  }),
  membersCase("keeps what was claimed last, whatever is released before", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    const first = await member.claim("node.1", bytes("first"));
    const second = await other.claim("node.1", bytes("second"));
    await first.release();
    assert.equal(textOf(await member.lookup("node.1")), "second");
    const third = await other.claim("node.1", bytes("second"));
    await second.release();
    assert.equal(textOf(await member.lookup("node.1")), "second");
    await third.release();
    assert.equal(await member.lookup("node.1"), undefined);
  }),
  membersCase("renews what nobody else has claimed since, and no other row", async (open) => {
    const [member, other] = [await open("a"), await open("b")];
    const claim = await member.claim("node.1", bytes("first"));
    assert.equal(await claim.renew(), true);
    assert.equal(await claim.renew(), true);
    const second = await other.claim("node.1", bytes("second"));
    assert.equal(await claim.renew(), false);
    assert.equal(textOf(await member.lookup("node.1")), "second");
    await second.release();
    // It is nobody's then.
    assert.equal(await claim.renew(), true);
    assert.equal(textOf(await other.lookup("node.1")), "first");
    await claim.release();
    assert.equal(await other.lookup("node.1"), undefined);
  }),
  membersCase("takes every key and every value that it promises", async (open) => {
    const member = await open("a");
    const keys = [
      "a",
      "0",
      "a.b",
      "node.0123456789abcdef",
      `room.${"f".repeat(64)}.${"0".repeat(64)}`,
    ];
    for (const key of keys) {
      for (const length of [0, 1, 512]) {
        const value = Uint8Array.from({ length }, (_, i) => i * 7);
        await member.claim(key, value);
        const found = await member.lookup(key);
        assert.equal(found?.constructor, Uint8Array, `class of the value of ${key}`);
        assert.deepEqual(found, value);
      }
    }
  }),
  membersCase("has a copy of what it was given", async (open) => {
    const member = await open("a");
    const value = bytes("as it was");
    const claimed = member.claim("node.1", value);
    value.fill(0);
    await claimed;
    assert.equal(textOf(await member.lookup("node.1")), "as it was");
  }),
  membersCase("takes many claims at once, of several relays", async (open) => {
    const members = [await open("a"), await open("b")];
    const claimed = members.map((member, who) =>
      Promise.all(
        Array.from({ length: MANY }, (_, i) => member.claim(`node.${who}.${i}`, bytes(`${i}`))),
      ),
    );
    const [claims = []] = await Promise.all(claimed);
    for (const i of [0, 1, MANY - 1]) {
      assert.equal(textOf(await members[0]?.lookup(`node.1.${i}`)), `${i}`);
    }
    await Promise.all(claims.map((claim) => claim.release()));
    const told = new Told();
    await members[1]?.watch("node", told.onRow);
    assert.equal(told.all.length, MANY);
    assert.ok(told.all.every((line) => line.startsWith("node.1.")));
  }),
  membersCase("has one of those who claim a row at once, the same for all", async (open) => {
    const members = [await open("a"), await open("b")];
    const told = new Told();
    await members[0]?.watch("node", told.onRow);
    await Promise.all(
      members.flatMap((member, who) =>
        Array.from({ length: 20 }, (_, i) => member.claim("node.1", bytes(`${who}.${i}`))),
      ),
    );
    const [found, same] = await Promise.all(members.map((member) => member.lookup("node.1")));
    assert.deepEqual(found, same);
    await members[1]?.claim("node.2", bytes("end"));
    await told.until("node.2=end");
    assert.equal(told.all.at(-2), `node.1=${textOf(found)}`);
  }),
];
