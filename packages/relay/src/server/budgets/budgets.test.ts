/**
 * What one key, one address and one origin may use.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { describe, expect, test } from "vitest";
import { RelayCode } from "../../wire/codes.ts";
import { Budgets } from "./budgets.ts";
import type { PartialLimits } from "./limits.ts";
import { DEFAULT_LIMITS, resolveLimits } from "./limits.ts";
import { addressScope, hostOf } from "./scopes.ts";

const free = Number.POSITIVE_INFINITY;
const unlimited = {
  connectsPerSecond: free,
  connectBurst: free,
  pipes: free,
  pendingPipes: free,
  reservations: free,
  bytesPerSecond: free,
  bytesPerDay: free,
};

/** Budgets where only what is named is limited. */
function budgets(limits: PartialLimits) {
  const clock = new FakeClock();
  const all = resolveLimits({
    perKey: { ...unlimited, ...limits.perKey },
    perAddress: { ...unlimited, ...limits.perAddress },
    perOrigin: { ...unlimited, ...limits.perOrigin },
  });
  return { clock, budgets: new Budgets(all, clock) };
}

const alice = { key: "aa", address: "192.0.2.1", origin: "https://a.example" };
const over = (text: RegExp) => ({ code: RelayCode.Budget, text: expect.stringMatching(text) });

describe("requests", () => {
  const twice = { connectsPerSecond: 1, connectBurst: 2 };

  test.each([
    ["key", { perKey: twice }, /your node/],
    ["address", { perAddress: twice }, /network address/],
    ["origin", { perOrigin: twice }, /website/],
  ])(
    "of one %s have a rate and a burst, and the answer says when to ask again",
    async (_, limits, words) => {
      const { clock, budgets: all } = budgets(limits);
      expect([all.connect(alice), all.connect(alice)]).toEqual([undefined, undefined]);
      expect(all.connect(alice)).toEqual({ ...over(words), retryAfterMs: 1_000 });
      await clock.advance(1_000);
      expect(all.connect(alice)).toBeUndefined();
      expect(all.connect(alice)).toMatchObject({ retryAfterMs: 1_000 });
    },
  );

  test("that one scope refuses are charged to no other", () => {
    const { budgets: all } = budgets({
      perKey: { connectsPerSecond: 1, connectBurst: 1 },
      perAddress: { connectsPerSecond: 1, connectBurst: 2 },
    });
    expect(all.connect(alice)).toBeUndefined();
    for (let i = 0; i < 5; i++) expect(all.connect(alice)).toMatchObject(over(/your node/));
    expect(all.connect({ ...alice, key: "bb" })).toBeUndefined();
  });

  test("before a key is proved are charged to its address alone", () => {
    const { budgets: all } = budgets({ perAddress: { connectsPerSecond: 1, connectBurst: 1 } });
    expect(all.connect({ address: "192.0.2.1" })).toBeUndefined();
    expect(all.connect(alice)).toMatchObject(over(/network address/));
  });
});

test("what is held is given back once, in every scope", () => {
  const { budgets: all } = budgets({ perKey: { pipes: 1 }, perAddress: { pipes: 2 } });
  const first = all.hold(alice, "pipes");
  expect(all.hold(alice, "pipes")).toMatchObject(over(/your node has 1 open pipes/));
  const second = all.hold({ ...alice, key: "bb" }, "pipes");
  expect(all.hold({ ...alice, key: "cc" }, "pipes")).toMatchObject(over(/network address has 2/));
  for (let i = 0; i < 3; i++) if ("release" in first) first.release();
  expect("release" in second).toBe(true);
  expect(all.hold(alice, "pipes")).toHaveProperty("release");
  expect(all.hold({ ...alice, key: "cc" }, "pipes")).toMatchObject(over(/network address/));
});

test("kinds are held apart", () => {
  const { budgets: all } = budgets({ perKey: { pipes: 0, reservations: 1 } });
  expect(all.hold(alice, "pipes")).toMatchObject(over(/0 open pipes/));
  expect(all.hold(alice, "reservations")).toHaveProperty("release");
  expect(all.hold(alice, "reservations")).toMatchObject(over(/1 reservations/));
});

describe("bytes", () => {
  test("above the rate wait for as long as they are too early", async () => {
    const { clock, budgets: all } = budgets({ perAddress: { bytesPerSecond: 1_000 } });
    expect(all.bytes(alice, 1_000)).toBe(0);
    expect(all.bytes(alice, 500)).toBe(500);
    expect(all.bytes(alice, 500)).toBe(1_000);
    await clock.advance(1_000);
    expect(all.bytes(alice, 100)).toBe(100);
  });

  test("have a sum for each day", async () => {
    const { clock, budgets: all } = budgets({ perKey: { bytesPerDay: 1_000 } });
    expect(all.bytes(alice, 1_000)).toBe(0);
    await clock.advance(3_600_000);
    expect(all.bytes(alice, 1)).toEqual({ ...over(/today/), retryAfterMs: 23 * 3_600_000 });
    await clock.advance(23 * 3_600_000);
    expect(all.bytes(alice, 1_000)).toBe(0);
  });
});

test("what is held isn't forgotten, however many come", () => {
  const { budgets: all } = budgets({ perKey: { pipes: 1 } });
  expect(all.hold(alice, "pipes")).toHaveProperty("release");
  for (let i = 0; i < 150_000; i++) all.connect({ address: `a${i}` });
  expect(all.size).toBeLessThanOrEqual(100_000);
  expect(all.hold(alice, "pipes")).toMatchObject(over(/1 open pipes/));
});

test("new limits apply at once", () => {
  const { budgets: all } = budgets({ perKey: { pipes: 0 } });
  expect(all.hold(alice, "pipes")).toMatchObject(over(/pipes/));
  all.limits = DEFAULT_LIMITS;
  expect(all.hold(alice, "pipes")).toHaveProperty("release");
});

test("a limit that isn't one is named", () => {
  expect(() => resolveLimits({ perKey: { pipes: -1 } })).toThrow(/perKey\.pipes/);
  expect(() => resolveLimits({ perOrigin: { pips: 1 } as object })).toThrow(/perOrigin.*pips/);
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8:1:ffff::", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["2001:DB8:1::", "2001:db8:1::/48"],
  ["::1", "0:0:0::/48"],
  ["fe80::1%eth0", "fe80:0:0::/48"],
  ["", ""],
])("%s is charged as %s", (address, scope) => {
  expect(addressScope(address)).toBe(scope);
});

test.each([
  ["192.0.2.1:443", "192.0.2.1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  [undefined, ""],
])("the host of %s is %s", (text, host) => {
  expect(hostOf(text)).toBe(host);
});
