/**
 * Who is let in, and who is known to be where.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { Netlist } from "@peerkit/core/transport-kit";
import { expect, test } from "vitest";
import { settle, streamPair } from "../streams.test.helper.ts";
import { RelayCode } from "../wire/codes.ts";
import { Budgets } from "./budgets/budgets.ts";
import { resolveLimits } from "./budgets/limits.ts";
import { Doorway } from "./doorway.ts";

function newDoorway(proxies: readonly string[] = []) {
  const trustedProxies = new Netlist(proxies, "proxies");
  const limits = resolveLimits({ perAddress: { connectsPerSecond: 1, connectBurst: 2 } });
  return new Doorway({ budgets: new Budgets(limits, new FakeClock()), trustedProxies });
}

test("knows the address and the origin of a stream that it let in, until it ends", async () => {
  const door = newDoorway();
  const [ours, theirs] = await streamPair();
  const remoteAddress = theirs.remoteAddress;
  const headers = { origin: "https://a.example" };
  expect(door.admit({ ...(remoteAddress && { remoteAddress }), headers })).toBe(true);
  door.entered(theirs);
  expect(door.partyAt(remoteAddress)).toEqual({
    address: "127.0.0.1",
    origin: "https://a.example",
  });
  await ours.close();
  await settle();
  expect(door.size).toBe(0);
  expect(door.partyAt(remoteAddress)).toEqual({ address: "127.0.0.1" });
});

test("lets pages of its list in, and programs", () => {
  const door = newDoorway();
  door.origins = new Set(["https://a.example"]);
  const from = (origin?: string) =>
    door.admit({ remoteAddress: `192.0.2.${n++}:1`, headers: { ...(origin && { origin }) } });
  let n = 1;
  expect(from("https://a.example")).toBe(true);
  expect(from()).toBe(true);
  for (const origin of [
    "https://evil.example",
    "null",
    "https://a.example.evil",
    "http://a.example",
  ]) {
    expect(from(origin)).toMatchObject({ reason: RelayCode.NotAllowed });
  }
});

test("nobody comes into a relay that is about to stop", () => {
  const door = newDoorway();
  door.draining = true;
  expect(door.admit({ remoteAddress: "192.0.2.1:1" })).toEqual({
    reason: RelayCode.Draining,
    message: "the relay is about to stop",
    retryAfterMs: 1_000,
  });
});

test("an address that comes too often is told when to come again", () => {
  const door = newDoorway();
  const come = (port: number) => door.admit({ remoteAddress: `192.0.2.1:${port}` });
  expect([come(1), come(2)]).toEqual([true, true]);
  expect(come(3)).toMatchObject({ reason: RelayCode.Budget, retryAfterMs: 1_000 });
  expect(door.admit({ remoteAddress: "192.0.2.2:1" })).toBe(true);
});

test("the last address that a trusted proxy forwards is the caller's, and nobody else's word counts", () => {
  const forwarded = (door: Doorway, port: number) => {
    const headers = { "x-forwarded-for": `203.0.113.${port}, 198.51.100.7` };
    return door.admit({ remoteAddress: `10.0.0.1:${port}`, headers });
  };
  const trusting = newDoorway(["10.0.0.1"]);
  expect([1, 2].map((port) => forwarded(trusting, port))).toEqual([true, true]);
  // What stands before it is the caller's own invention.
  expect(forwarded(trusting, 3)).toMatchObject({ reason: RelayCode.Budget });
  expect(trusting.admit({ remoteAddress: "10.0.0.1:4" })).toBe(true);
  const stranger = { remoteAddress: "192.0.2.1:1", headers: { "x-forwarded-for": "198.51.100.7" } };
  expect(trusting.admit(stranger)).toBe(true);
  const wary = newDoorway();
  expect([1, 2].map((port) => forwarded(wary, port))).toEqual([true, true]);
  expect(wary.admit({ remoteAddress: "10.0.0.1:4" })).toMatchObject({ reason: RelayCode.Budget });
});

test("what is let in and never comes doesn't pile up", () => {
  const door = new Doorway({
    budgets: new Budgets(resolveLimits(), new FakeClock()),
    trustedProxies: new Netlist([], "proxies"),
  });
  for (let i = 0; i < 20_000; i++) door.admit({ remoteAddress: `10.${i >> 8}.${i & 255}.1:1` });
  expect(door.size).toBe(0);
  expect(door.expected).toBeLessThanOrEqual(10_000);
});
