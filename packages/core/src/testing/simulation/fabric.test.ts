/**
 * The simulated network's streams under the contract of a transport.
 * @module
 */

import { afterAll, describe, test } from "vitest";
import { transportConformance } from "../transport-suite.ts";
import { resolveConditions } from "./conditions.ts";
import { Fabric } from "./fabric.ts";
import { VirtualTime } from "./virtual-time.ts";

const publicKey = new Uint8Array(64);
const time = new VirtualTime();
let running = true;
afterAll(() => {
  running = false;
});

/** Lets time pass whenever nobody has anything to do. */
async function pass(): Promise<void> {
  while (running) await time.advance(0.1);
}
void pass();

describe("a simulated transport", { timeout: 60_000 }, () => {
  transportConformance(test, async () => {
    const fabric = new Fabric({
      clock: time.clock,
      seed: 1,
      conditions: resolveConditions({ latency: [0.01, 0.01], jitter: 0.01 }),
      onFact: () => {},
    });
    const host = fabric.addHost("here");
    return {
      transport: fabric.transport(host),
      listenAddress: { scheme: "memory", host: host.address, port: 0 },
      addressFor: ({ address }) => ({ publicKey, ...address }),
    };
  });
});
