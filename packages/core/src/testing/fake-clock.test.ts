/**
 * Tests of the fake clock.
 * @module
 */

import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";

test("fires timers in the order of their time, then of their setting", async () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.setTimer(20, () => fired.push("b"));
  clock.setTimer(10, () => fired.push("a"));
  clock.setTimer(20, () => fired.push("c"));
  clock.setTimer(21, () => fired.push("late"));
  await clock.advance(20);
  expect(fired).toEqual(["a", "b", "c"]);
  expect(clock.pending).toBe(1);
});

test("shows a timer its own moment and ends at the full time", async () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  clock.setTimer(7, () => seen.push(clock.now()));
  await clock.advance(100);
  expect(seen).toEqual([7]);
  expect(clock.now()).toBe(100);
});

test("fires timers that are set on the way", async () => {
  const clock = new FakeClock();
  let ticks = 0;
  const tick = () => {
    ticks++;
    clock.setTimer(10, tick);
  };
  clock.setTimer(10, tick);
  await clock.advance(55);
  expect(ticks).toBe(5);
});

test("lets chains of promises settle between two timers", async () => {
  const clock = new FakeClock();
  const order: string[] = [];
  clock.setTimer(1, () => {
    void (async () => {
      for (let i = 0; i < 50; i++) await undefined;
      order.push("chain");
    })();
  });
  clock.setTimer(2, () => order.push("second"));
  await clock.advance(2);
  expect(order).toEqual(["chain", "second"]);
});

test("cancels a timer, also twice", async () => {
  const clock = new FakeClock();
  const cancel = clock.setTimer(5, () => expect.unreachable());
  cancel();
  cancel();
  expect(clock.pending).toBe(0);
  await clock.advance(10);
});

test("refuses a time that is no number", () => {
  expect(() => new FakeClock().setTimer(Number.NaN, () => {})).toThrow(RangeError);
});

test("fires a timer no earlier than it says, whatever a fraction rounds to", async () => {
  const clock = new FakeClock();
  await clock.advance(0.1);
  const start = clock.now();
  let waited = 0;
  clock.setTimer(30_000, () => {
    waited = clock.now() - start;
  });
  await clock.advance(30_000);
  expect(waited).toBe(30_000);
});

test("fires thousands of timers in their order, also when some are cancelled", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const cancels = Array.from({ length: 5_000 }, (_, at) => {
    const ms = (at * 7919) % 5_003;
    return clock.setTimer(ms, () => fired.push(ms));
  });
  for (let at = 0; at < cancels.length; at += 3) cancels[at]!();
  while (clock.fireNext());
  expect(fired).toHaveLength(5_000 - 1_667);
  expect(fired).toEqual([...fired].sort((first, second) => first - second));
});
