import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { RateLimit } from "./rate-limit.ts";

const take = (limit: RateLimit, times: number): boolean[] =>
  Array.from({ length: times }, () => limit.take());

test("allows the burst, and then no more", () => {
  const limit = new RateLimit({ burst: 3, perSecond: 5 }, new FakeClock());
  expect(take(limit, 5)).toEqual([true, true, true, false, false]);
});

test("gives back so many a second, and never more than the burst", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit({ burst: 3, perSecond: 5 }, clock);
  take(limit, 3);
  await clock.advance(400);
  expect(take(limit, 3)).toEqual([true, true, false]);
  await clock.advance(60_000);
  expect(take(limit, 4)).toEqual([true, true, true, false]);
});
