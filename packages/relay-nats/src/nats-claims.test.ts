/**
 * What is renewed, and removed, now or later.
 * @module
 */

import { expect, test } from "vitest";
import { NatsClaims } from "./nats-claims.ts";

const VALUE = new Uint8Array(1);

/** Claims in a bucket that can be away, and that counts its revisions from 100 on. */
function start() {
  const removed: string[] = [];
  const state = { isAway: false, isTaken: false, renewed: [] as (number | undefined)[] };
  let last = 100;
  const claims = new NatsClaims({
    async renew(_row, _value, revision) {
      if (state.isAway) throw new Error("away");
      state.renewed.push(revision);
      return state.isTaken ? undefined : last++;
    },
    async remove(row, revision) {
      if (state.isAway) throw new Error("away");
      removed.push(`${row}@${revision}`);
    },
  });
  return { removed, state, claims };
}

test("removes a row as it was claimed", async () => {
  const { removed, claims } = start();
  await claims.claimOf("node.1", VALUE, 7).release();
  await claims.settle();
  expect(removed).toEqual(["node.1@7"]);
});

test("removes later, once, what can't be removed now", async () => {
  const { removed, state, claims } = start();
  const claim = claims.claimOf("node.1", VALUE, 7);
  state.isAway = true;
  await claim.release();
  await claims.settle();
  expect(removed).toEqual([]);
  state.isAway = false;
  await claims.settle();
  await claims.settle();
  expect(removed).toEqual(["node.1@7"]);
});

test("doesn't remove later what was claimed again", async () => {
  const { removed, state, claims } = start();
  const claim = claims.claimOf("node.1", VALUE, 7);
  state.isAway = true;
  await claim.release();
  state.isAway = false;
  claims.claimOf("node.1", VALUE, 8);
  await claims.settle();
  expect(removed).toEqual([]);
});

test("removes nothing of what was lost: the same number is another row's then", async () => {
  const { removed, state, claims } = start();
  const held = [claims.claimOf("node.1", VALUE, 7), claims.claimOf("node.2", VALUE, 8)];
  state.isAway = true;
  await held[0]?.release();
  claims.forget();
  state.isAway = false;
  await claims.settle();
  await held[1]?.release();
  expect(removed).toEqual([]);
  await claims.claimOf("node.1", VALUE, 1).release();
  expect(removed).toEqual(["node.1@1"]);
});

test("keeps the last 4,096 that wait", async () => {
  const { removed, state, claims } = start();
  state.isAway = true;
  for (let i = 0; i < 4_100; i++) await claims.claimOf(`node.${i}`, VALUE, i + 1).release();
  state.isAway = false;
  await claims.settle();
  expect(removed).toHaveLength(4_096);
  expect(removed[0]).toBe("node.4@5");
});

test("renews what it has, by the revision that it has it at, and removes that one", async () => {
  const { removed, state, claims } = start();
  const claim = claims.claimOf("node.1", VALUE, 7);
  expect([await claim.renew(), await claim.renew()]).toEqual([true, true]);
  await claim.release();
  expect([state.renewed, removed]).toEqual([[7, 100], ["node.1@101"]]);
});

test("says that it hasn't what somebody else has, and after a failure nothing", async () => {
  const { state, claims } = start();
  const claim = claims.claimOf("node.1", VALUE, 7);
  state.isAway = true;
  await expect(claim.renew()).rejects.toThrow("away");
  Object.assign(state, { isAway: false, isTaken: true });
  expect(await claim.renew()).toBe(false);
  expect(state.renewed).toEqual([7]);
});

test("renews what was lost without a revision: numbers begin anew then", async () => {
  const { removed, state, claims } = start();
  const claim = claims.claimOf("node.1", VALUE, 7);
  claims.forget();
  expect(await claim.renew()).toBe(true);
  await claim.release();
  expect([state.renewed, removed]).toEqual([[undefined], ["node.1@100"]]);
});
