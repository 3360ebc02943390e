/**
 * Members at other relays, for as long as those are believed.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import type { FarRow } from "./far-members.ts";
import { FarMembers } from "./far-members.ts";
import { LEASE_MS, Roll } from "./roll.ts";

const row = (id: string, relay: string): FarRow => ({ id, relay, publicKey: new Uint8Array(64) });

function newMembers() {
  const clock = new FakeClock();
  const told: string[] = [];
  const roll: Roll = new Roll(
    clock,
    (name, isThere) => members.onRelay(name, isThere),
    (name) => members.forget(name),
  );
  const members: FarMembers = new FarMembers(roll, (topic, { joined, left }) => {
    const ids = (of: typeof joined) => of.map(({ id }) => id).join(",");
    told.push(`${topic}: +${ids(joined)} -${ids(left)}`);
  });
  return { clock, told, roll, members };
}

test("a relay that is named before it is heard is believed for the time of a lease", () => {
  const { clock, told, roll, members } = newMembers();
  members.put("lobby", row("a", "r"));
  clock.jump(LEASE_MS - 1);
  roll.look();
  expect([told.length, roll.size, roll.addressOf("r")]).toEqual([1, 0, undefined]);
  clock.jump(1);
  roll.look();
  expect(told).toEqual(["lobby: +a -", "lobby: + -a"]);
});

test("a member of a silent relay is told of when another relay has it", () => {
  const { clock, told, roll, members } = newMembers();
  members.put("lobby", row("a", "r"));
  clock.jump(LEASE_MS);
  roll.look();
  members.put("lobby", row("a", "s"));
  roll.heard("r", "");
  expect(told).toEqual(["lobby: +a -", "lobby: + -a", "lobby: +a -"]);
  members.remove("lobby", "a");
  expect(told.at(-1)).toBe("lobby: + -a");
});

test("one relay's silence is told for all its rooms, and for nobody else's members", () => {
  const { clock, told, roll, members } = newMembers();
  members.put("lobby", row("a", "r"));
  members.put("attic", row("a", "r"));
  members.put("lobby", row("b", "s"));
  told.length = 0;
  clock.jump(LEASE_MS);
  roll.heard("s", "");
  roll.look();
  expect(told).toEqual(["lobby: + -a", "attic: + -a"]);
});
