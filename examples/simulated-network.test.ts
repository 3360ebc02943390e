/**
 * A protocol on the simulated network: the core package's README quotes it.
 * @module
 */

import { defineProtocol, sendItems, str, tuple } from "@peerkit/core";
import { simulatedNetwork } from "@peerkit/core/testing";
import { expect, test } from "vitest";

test("a message waits for the end of a partition", async () => {
  const heard: string[] = [];
  const notes = defineProtocol({
    name: "notes",
    version: 1,
    length: 1,
    async run(_peer, rw) {
      for await (const msg of rw) heard.push(...msg.decode(tuple(str)));
    },
  });

  // The same seed gives the same run, to the millisecond.
  const network = simulatedNetwork({ seed: 7, latency: [20, 80], loss: 0.01 });
  const alice = await network.add({ protocols: [notes] });
  const bob = await network.add({ protocols: [notes] });
  const peer = await network.connect(alice, bob);

  network.partition([alice], [bob]);
  const writer = peer.writer(notes);
  if (writer) await sendItems(writer, 0, "hello");
  await network.advance(10_000); // No waiting: this is virtual time.
  expect(heard).toEqual([]);

  network.heal();
  await network.advance(10_000);
  expect(heard).toEqual(["hello"]);

  await network.stop();
  expect(network.openStreams).toBe(0);
});
