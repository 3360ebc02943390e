/**
 * When work is done again.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { Upkeep } from "./upkeep.ts";

/** Upkeep whose work ends when the test says so. */
function start() {
  const clock = new FakeClock();
  const ends: ((error?: Error) => void)[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => (error ? reject(error) : resolve()));
    });
  const upkeep = new Upkeep({ clock, random: (array) => array.fill(0), work });
  const end = async (error?: Error) => {
    ends.at(-1)?.(error);
    await clock.advance(0);
  };
  return { clock, upkeep, end, times: () => ends.length };
}

test("does its work every 5 s, counted from its end", async () => {
  const { clock, end, times } = start();
  await clock.advance(4_999);
  expect(times()).toBe(0);
  await clock.advance(1);
  expect(times()).toBe(1);
  await clock.advance(60_000);
  expect(times()).toBe(1);
  await end();
  await clock.advance(5_000);
  expect(times()).toBe(2);
});

test("does it at once when asked, and once more where it was asked meanwhile", async () => {
  const { clock, upkeep, end, times } = start();
  upkeep.now();
  expect(times()).toBe(1);
  upkeep.now();
  upkeep.now();
  expect(times()).toBe(1);
  await end();
  expect(times()).toBe(2);
  await end();
  expect(times()).toBe(2);
  await clock.advance(4_999);
  expect(times()).toBe(2);
});

test("does it again within a second where it failed", async () => {
  const { clock, upkeep, end, times } = start();
  upkeep.now();
  await end(new Error("no"));
  await clock.advance(1_000);
  expect(times()).toBe(2);
  await end();
  await clock.advance(4_999);
  expect(times()).toBe(2);
});

test("does nothing more when stopped, which waits for what is being done", async () => {
  const { clock, upkeep, end, times } = start();
  upkeep.now();
  upkeep.now();
  let isStopped = false;
  const stopped = upkeep.stop().then(() => {
    isStopped = true;
  });
  await clock.advance(0);
  expect(isStopped).toBe(false);
  await end();
  await stopped;
  upkeep.now();
  await clock.advance(60_000);
  expect(times()).toBe(1);
  expect(clock.pending).toBe(0);
});
