/**
 * Finding the other tabs: whom one dials, when, and how often.
 * @module
 */

import type { Peer } from "@peerkit/core";
import { bytesToHex, nodeId, P2PError } from "@peerkit/core";
import type { RoomHandlers } from "@peerkit/relay";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Neighbours } from "../src/node/neighbours.ts";

/** Keys by their first byte: ours is in the middle. */
const key = (byte: number): Uint8Array => new Uint8Array(64).fill(byte);
const OURS = key(5);
const [LOWER, HIGHER] = [key(3), key(7)];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Neighbours at a relay that does as it is told. */
function setUp(rooms: readonly string[] = ["lobby"]) {
  const dialed: string[] = [];
  const handlers = new Map<string, RoomHandlers>();
  const left: string[] = [];
  const peers: Peer[] = [];
  let outcome: () => Promise<Peer> = () => new Promise(() => {});
  const neighbours = new Neighbours({
    server: {
      publicKey: OURS,
      peers,
      connect: async (node) => {
        if (typeof node === "string") throw new TypeError("expected an address");
        dialed.push(bytesToHex(node.publicKey).slice(0, 2));
        return outcome();
      },
    },
    transport: {
      join: async (relay, room, given) => {
        handlers.set(room, given);
        return { leave: () => left.push(`${relay} ${room}`) };
      },
    },
    rooms,
    onChange: () => {},
  });
  return {
    ...{ neighbours, dialed, left, peers },
    members: (room: string, ...keys: Uint8Array[]) => handlers.get(room)?.onMembers(keys),
    setOutcome: (next: typeof outcome) => {
      outcome = next;
    },
  };
}

test("of two tabs the one with the lower key dials, and the other one when nobody has come", async () => {
  const { neighbours, dialed, members } = setUp();
  await neighbours.enter("relay");
  members("lobby", LOWER, HIGHER);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(dialed).toEqual(["07"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(dialed).toEqual(["07", "03"]);
});

test("who is in two rooms is one neighbour, until it has left both", async () => {
  const { neighbours, dialed, members } = setUp(["lobby", "secret"]);
  await neighbours.enter("relay");
  members("lobby", HIGHER);
  members("secret", HIGHER);
  await vi.advanceTimersByTimeAsync(0);
  expect(dialed).toEqual(["07"]);
  members("lobby");
  expect(neighbours.all.map(({ id }) => id)).toEqual([nodeId(HIGHER)]);
  members("secret");
  expect(neighbours.all).toEqual([]);
});

test("a tab that can't be reached is dialed again, with longer pauses each time", async () => {
  const { neighbours, dialed, members, setOutcome } = setUp();
  setOutcome(() => Promise.reject(new Error("no")));
  await neighbours.enter("relay");
  members("lobby", HIGHER);
  const counts: number[] = [];
  for (const ms of [0, 500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
    await vi.advanceTimersByTimeAsync(ms);
    counts.push(dialed.length);
  }
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("one with another secret is left alone for a minute", async () => {
  const { neighbours, dialed, members, setOutcome } = setUp();
  const failure = new P2PError("bad record", { code: "P2P_ERR_SEALED_HANDSHAKE" });
  setOutcome(() => Promise.reject(failure));
  await neighbours.enter("relay");
  members("lobby", HIGHER);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(dialed).toHaveLength(1);
  expect(neighbours.all).toEqual([{ id: nodeId(HIGHER), failure }]);
  await vi.advanceTimersByTimeAsync(1);
  expect(dialed).toHaveLength(2);
});

test("after a break of the relay everybody is dialed at once", async () => {
  const { neighbours, dialed, members, setOutcome } = setUp();
  setOutcome(() => Promise.reject(new Error("no")));
  await neighbours.enter("relay");
  members("lobby", HIGHER);
  await vi.advanceTimersByTimeAsync(20_000);
  neighbours.lost();
  expect(neighbours.all).toEqual([]);
  dialed.length = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(dialed).toEqual([]);
  members("lobby", HIGHER);
  await vi.advanceTimersByTimeAsync(0);
  expect(dialed).toEqual(["07"]);
});

test("another relay's rooms take the place of the first one's", async () => {
  const { neighbours, left, members } = setUp();
  await neighbours.enter("first");
  members("lobby", HIGHER);
  await neighbours.enter("second");
  expect(left).toEqual(["first lobby"]);
  expect(neighbours.all).toEqual([]);
});
