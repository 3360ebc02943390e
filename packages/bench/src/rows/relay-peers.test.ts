import { expect, test } from "vitest";
import { tripsOf } from "./relay-peers.ts";

test("round trips are what connecting takes longer where a round trip does, whatever the machine", () => {
  // Four of 40 ms, and 15 ms of computing at both places.
  expect(tripsOf({ near: 15 + 4 * 0.5, far: 15 + 4 * 40, rtt: 40 }, 0.5)).toBeCloseTo(4);
  expect(tripsOf({ near: 90 + 4 * 0.5, far: 90 + 4 * 40, rtt: 40 }, 0.5)).toBeCloseTo(4);
});
