/**
 * Who is reachable, and for how long.
 * @module
 */

import type { DisconnectError, Peer } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { RelayCode } from "../wire/codes.ts";
import { Budgets } from "./budgets/budgets.ts";
import { DEFAULT_LIMITS } from "./budgets/limits.ts";
import { Reservations } from "./reservations.ts";

/** As much of a peer as a reservation looks at. */
function newPeer(id: string): Peer & { leave(): Promise<void> } {
  let resolve = (_: DisconnectError): void => {};
  const closed = new Promise<DisconnectError>((settle) => {
    resolve = settle;
  });
  const leave = async (): Promise<void> => {
    resolve(undefined as never);
    await closed;
  };
  return { id, closed, leave } as Peer & { leave(): Promise<void> };
}

function newReservations(max = 10) {
  const clock = new FakeClock();
  const budgets = new Budgets(DEFAULT_LIMITS, clock);
  return { clock, budgets, all: new Reservations({ clock, budgets, max }) };
}

const party = { address: "192.0.2.1" };

test("1,000 reconnects of one node leave one reservation, whichever end is seen first", async () => {
  const { all, budgets } = newReservations();
  let old = newPeer("a");
  expect(all.reserve(old, party)).toBeUndefined();
  for (let i = 0; i < 1_000; i++) {
    const fresh = newPeer("a");
    if (i % 2 === 0) await old.leave();
    expect(all.reserve(fresh, party)).toBeUndefined();
    if (i % 2 === 1) await old.leave();
    old = fresh;
    expect([all.size, all.get("a") === fresh]).toEqual([1, true]);
  }
  await old.leave();
  expect([all.size, all.get("a")]).toEqual([0, undefined]);
  // Nothing is held of the budget either.
  for (let i = 0; i < DEFAULT_LIMITS.perAddress.reservations; i++) {
    expect(budgets.hold({ ...party, key: `${i}` }, "reservations")).toHaveProperty("release");
  }
});

test("one address holds so many, and a flood of keys gets no more", () => {
  const { all } = newReservations(1_000);
  const answers = Array.from({ length: 200 }, (_, i) => all.reserve(newPeer(`${i}`), party));
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(64);
  expect(answers.at(-1)).toMatchObject({
    code: RelayCode.Budget,
    text: expect.stringMatching(/network address has 64 reservations/),
  });
  expect(all.reserve(newPeer("other"), { address: "192.0.2.2" })).toBeUndefined();
});

test("all together have a bound", () => {
  const { all } = newReservations(2);
  all.reserve(newPeer("a"), { address: "1" });
  all.reserve(newPeer("b"), { address: "2" });
  expect(all.reserve(newPeer("c"), { address: "3" })).toMatchObject({ code: RelayCode.Budget });
});

test("one that isn't renewed ends, one that is doesn't", async () => {
  const { all, clock } = newReservations();
  const peer = newPeer("a");
  all.reserve(peer, party);
  await clock.advance(3_599_999);
  all.reserve(peer, party);
  await clock.advance(3_599_999);
  expect(all.get("a")).toBe(peer);
  await clock.advance(1);
  expect([all.get("a"), all.size]).toEqual([undefined, 0]);
});
