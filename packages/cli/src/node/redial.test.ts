import type { NodeAddress, Peer } from "@peerkit/core";
import { DisconnectError, DiscReason, P2PError } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { describe, expect, test } from "vitest";
import { keepConnected } from "./redial.ts";

const ADDRESS: NodeAddress = { publicKey: new Uint8Array(64), scheme: "tcp" };
const refused = new P2PError("refused", { code: "P2P_ERR_DIAL_FAILED" });

/** Runs against a server whose connections fail, or last as many ms as `lives` says. */
function setup(lives: readonly (number | P2PError)[]) {
  const clock = new FakeClock();
  const abort = new AbortController();
  const pauses: (readonly [string, number | undefined])[] = [];
  let dials = 0;
  const connect = async (): Promise<Peer> => {
    const life = lives[dials++] ?? refused;
    if (typeof life !== "number") throw life;
    const closed = new Promise((resolve) => {
      clock.setTimer(life, () => resolve(new DisconnectError(DiscReason.ClientQuitting)));
    });
    return { closed } as Peer;
  };
  const done = keepConnected({ connect }, ADDRESS, {
    clock,
    signal: abort.signal,
    onPause: (why, pauseMs) => pauses.push([why.message, pauseMs]),
  });
  return { clock, abort, pauses, done, dials: () => dials };
}

describe("keepConnected", () => {
  test("doubles the pause between attempts up to 30 s, saying why each time", async () => {
    const run = setup([]);
    await run.clock.advance(100_000);
    expect(run.pauses.map(([, pauseMs]) => pauseMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(new Set(run.pauses.map(([why]) => why))).toEqual(new Set(["refused"]));
    run.abort.abort();
    await run.done;
    expect(run.clock.pending).toBe(0);
  });

  test("dials again after a drop, with a short pause when the connection had lasted", async () => {
    const run = setup([refused, refused, 20_000, 5_000]);
    await run.clock.advance(1_000 + 2_000 + 20_000 + 1_000 + 5_000);
    expect(run.dials()).toBe(4);
    expect(run.pauses).toEqual([
      ["refused", 1_000],
      ["refused", 2_000],
      ["client quitting (0x08)", 1_000],
      ["client quitting (0x08)", 2_000],
    ]);
    run.abort.abort();
    await run.done;
  });

  test("gives up on its own address", async () => {
    const run = setup([new P2PError("that is this node", { code: "P2P_ERR_SELF" })]);
    await run.done;
    expect(run.pauses).toEqual([["that is this node", undefined]]);
  });

  test("ends without a word when it is stopped", async () => {
    const run = setup([1_000]);
    await run.clock.advance(0);
    run.abort.abort();
    await run.clock.advance(1_000);
    await run.done;
    expect(run.pauses).toEqual([]);
  });
});
