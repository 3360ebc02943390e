/**
 * The bounds of rooms, each told in words.
 * @module
 */

import { expect, test } from "vitest";
import { startRelay, startTab, until, viaOf } from "../../network.test.helper.ts";
import type { RoomLimits } from "./rooms.ts";

const ignore = { onMembers: () => {} };
const over = (words: RegExp) => ({
  code: "P2P_ERR_RELAY_BUDGET",
  message: expect.stringMatching(words),
});

/** A relay, and tabs that join its rooms. */
async function open(rooms: Partial<RoomLimits>) {
  const relay = await startRelay({ rooms });
  return {
    relay,
    guest: async () => {
      const tab = await startTab();
      return { tab, join: (name: string) => tab.relay.join(viaOf(relay), name, ignore) };
    },
  };
}

test("a room has so many places", async () => {
  const { guest } = await open({ members: 2 });
  const guests = [await guest(), await guest(), await guest()];
  await guests[0]?.join("lobby");
  const second = await guests[1]?.join("lobby");
  await expect(guests[2]?.join("lobby")).rejects.toMatchObject(over(/as many as it has places/));
  second?.leave();
  await guests[2]?.join("another");
});

test("a node is in so many rooms, and is asked to leave one first", async () => {
  const { guest, relay } = await open({ perNode: 2 });
  const { join } = await guest();
  const first = await join("1");
  await join("2");
  await expect(join("3")).rejects.toMatchObject(over(/you are in 2 rooms/));
  first.leave();
  await until(() => relay.stats.rooms === 1);
  await join("3");
});

test("a relay has so many rooms", async () => {
  const { guest } = await open({ rooms: 1 });
  const { join } = await guest();
  await join("1");
  await expect(join("2")).rejects.toMatchObject(over(/all 1 rooms/));
});

test("whoever comes and goes too often has to wait", async () => {
  const { guest } = await open({});
  const { join } = await guest();
  const coming = (async () => {
    for (let i = 0; i < 100; i++) (await join("lobby")).leave();
  })();
  await expect(coming).rejects.toMatchObject(over(/come and go too often/));
});

test("rooms go with their last member", async () => {
  const { guest, relay } = await open({});
  const { tab, join } = await guest();
  await join("1");
  await join("2");
  expect(relay.stats).toMatchObject({ rooms: 2, members: 2 });
  await tab.stop();
  await until(() => relay.stats.rooms === 0);
  expect(relay.stats.members).toBe(0);
});
