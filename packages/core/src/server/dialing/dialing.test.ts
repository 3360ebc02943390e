/**
 * The scheduler where it can't be loaded at first, and where nobody wants it.
 * @module
 */

import { describe, expect, test } from "vitest";
import { silentLogger } from "../../env.ts";
import type { NodeAddress } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { DialerOptions } from "./dialer.ts";
import type { LoadedDialer } from "./dialing.ts";
import { Dialing } from "./dialing.ts";

const NODE: NodeAddress = { publicKey: new Uint8Array(64).fill(1), scheme: "tcp" };
const OTHER: NodeAddress = { publicKey: new Uint8Array(64).fill(2), scheme: "tcp" };

/** The front, with a scheduler that only tells, and that can't be loaded so many times. */
function setup(failures: number, config: object = {}) {
  const clock = new FakeClock();
  const calls: string[] = [];
  let loads = 0;
  class FakeDialer {
    start(nodes: Iterable<unknown>): void {
      calls.push(`start ${[...nodes].length}`);
    }
    keep = (): unknown => calls.push("keep");
    release = (): unknown => calls.push("release");
    redial = (): unknown => calls.push("redial");
    stop = (): unknown => calls.push("stop");
  }
  const options = {
    config: { clock, logger: silentLogger, staticNodes: [], protocols: [], ...config },
    outbound: { address: (node: NodeAddress) => node },
    peers: [],
  } as unknown as DialerOptions;
  const dialing = new Dialing(options, async () => {
    if (++loads <= failures) throw new Error("offline");
    return { Dialer: FakeDialer } as unknown as LoadedDialer;
  });
  return { dialing, clock, calls, loads: () => loads };
}

describe("the dial scheduler", () => {
  test("is loaded once it is wanted, and takes over what is to be kept", async () => {
    const { dialing, clock, calls, loads } = setup(0, { staticNodes: [NODE] });
    dialing.start();
    dialing.keep(OTHER);
    await clock.advance(0);
    dialing.keep(NODE);
    expect(calls).toEqual(["start 2", "keep"]);
    expect(loads()).toBe(1);
  });

  test("is loaded for the candidates of protocols", async () => {
    const protocols = [{ dialCandidates: {} }];
    const { dialing, clock, calls } = setup(0, { protocols });
    dialing.start();
    await clock.advance(0);
    expect(calls).toEqual(["start 0"]);
  });

  test("is loaded again after 5 s when it couldn't be; nothing is forgotten", async () => {
    const { dialing, clock, calls, loads } = setup(2);
    dialing.start();
    dialing.keep(NODE);
    await clock.advance(9_999);
    expect([loads(), calls]).toEqual([2, []]);
    await clock.advance(1);
    expect([loads(), calls]).toEqual([3, ["start 1"]]);
    expect(clock.pending).toBe(0);
  });

  test("is loaded at once when the network is back", async () => {
    const { dialing, clock, calls } = setup(1);
    dialing.start();
    dialing.keep(NODE);
    await clock.advance(0);
    dialing.redial(true);
    await clock.advance(0);
    expect(calls).toEqual(["start 1"]);
    expect(clock.pending).toBe(0);
  });

  test("doesn't dial what was released while it was loaded", async () => {
    const { dialing, clock, calls } = setup(0);
    dialing.start();
    dialing.keep(NODE);
    dialing.release(nodeId(NODE.publicKey));
    await clock.advance(0);
    expect(calls.filter((call) => call !== "release")).toEqual(["start 0"]);
  });

  test("isn't loaded by a server that only connects, or is told to dial nothing", async () => {
    const connects = setup(0);
    connects.dialing.start();
    connects.dialing.redial(true);
    connects.dialing.release("00");
    const idle = setup(0, {
      noDial: true,
      staticNodes: [NODE],
      protocols: [{ dialCandidates: {} }],
    });
    idle.dialing.start();
    idle.dialing.keep(NODE);
    idle.dialing.redial(true);
    await Promise.all([connects.clock.advance(60_000), idle.clock.advance(60_000)]);
    expect([connects.loads(), idle.loads()]).toEqual([0, 0]);
  });

  test("doesn't begin in a server that was stopped, and leaves no timer", async () => {
    const late = setup(0);
    late.dialing.start();
    late.dialing.keep(NODE);
    late.dialing.stop();
    await late.clock.advance(0);
    expect(late.calls).toEqual([]);
    const failing = setup(9);
    failing.dialing.start();
    failing.dialing.keep(NODE);
    await failing.clock.advance(0);
    failing.dialing.stop();
    expect(failing.clock.pending).toBe(0);
  });
});
