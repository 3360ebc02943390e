/**
 * The simulated network in a page.
 * @module
 */

import { expect, test } from "vitest";
import { simulatedNetwork } from "./simulated-network.ts";

test.each(["none", "rlpx"] as const)(
  "servers connect, idle and stop in a page, with %s for cryptography",
  async (cryptography) => {
    const network = simulatedNetwork({ cryptography });
    const [first, second] = [await network.add(), await network.add()];
    await network.connect(first, second);
    await network.advance(60_000);
    expect([first.server.peerCount, second.server.peerCount]).toEqual([1, 1]);
    await network.stop();
    expect(network.openStreams).toBe(0);
    expect(network.clock.pending).toBe(0);
  },
);
