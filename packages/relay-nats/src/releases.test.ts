/**
 * What is removed, now or later.
 * @module
 */

import { expect, test } from "vitest";
import { Releases } from "./releases.ts";

/** Releases to a bucket that can be away. */
function start() {
  const removed: string[] = [];
  const state = { isAway: false };
  const releases = new Releases({
    async remove(row, revision) {
      if (state.isAway) throw new Error("away");
      removed.push(`${row}@${revision}`);
    },
  });
  return { removed, state, releases };
}

test("removes a row as it was claimed", async () => {
  const { removed, releases } = start();
  await releases.claimOf("node.1", 7).release();
  await releases.settle();
  expect(removed).toEqual(["node.1@7"]);
});

test("removes later, once, what can't be removed now", async () => {
  const { removed, state, releases } = start();
  const claim = releases.claimOf("node.1", 7);
  state.isAway = true;
  await claim.release();
  await releases.settle();
  expect(removed).toEqual([]);
  state.isAway = false;
  await releases.settle();
  await releases.settle();
  expect(removed).toEqual(["node.1@7"]);
});

test("doesn't remove later what was claimed again", async () => {
  const { removed, state, releases } = start();
  const claim = releases.claimOf("node.1", 7);
  state.isAway = true;
  await claim.release();
  state.isAway = false;
  releases.claimOf("node.1", 8);
  await releases.settle();
  expect(removed).toEqual([]);
});

test("removes nothing of what was lost: the same number is another row's then", async () => {
  const { removed, state, releases } = start();
  const claims = [releases.claimOf("node.1", 7), releases.claimOf("node.2", 8)];
  state.isAway = true;
  await claims[0]?.release();
  releases.forget();
  state.isAway = false;
  await releases.settle();
  await claims[1]?.release();
  expect(removed).toEqual([]);
  await releases.claimOf("node.1", 1).release();
  expect(removed).toEqual(["node.1@1"]);
});

test("keeps the last 4,096 that wait", async () => {
  const { removed, state, releases } = start();
  state.isAway = true;
  for (let i = 0; i < 4_100; i++) await releases.claimOf(`node.${i}`, i + 1).release();
  state.isAway = false;
  await releases.settle();
  expect(removed).toHaveLength(4_096);
  expect(removed[0]).toBe("node.4@5");
});
