/**
 * How much of a pipe is on its way to one side.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { drain, streamPair } from "../../streams.test.helper.ts";
import { Writes } from "./writes.ts";

async function newWrites() {
  const clock = new FakeClock();
  const [ours, theirs] = await streamPair(clock);
  return { clock, theirs, ours, writes: new Writes(ours, clock) };
}

/** Writes chunks of that size until there is no room; gives how many, and what waits for room. */
function fill(writes: Writes, size: number) {
  for (let count = 1; count <= 10_000; count++) {
    const room = writes.write(new Uint8Array(size));
    if (room) return { count, room };
  }
  throw new Error("there was room for all of them");
}

test("has room for 256 KiB that aren't taken, and for some hundred chunks however tiny", async () => {
  for (const [size, most] of [
    [64 * 1024, 6],
    [1, 1_000],
  ] as const) {
    const { writes, theirs } = await newWrites();
    const { count, room } = fill(writes, size);
    expect(count).toBeLessThanOrEqual(most);
    void drain(theirs);
    await room;
  }
});

test("tells whoever waits, and each later write, why a write failed", async () => {
  const { writes, theirs } = await newWrites();
  const { room } = fill(writes, 64 * 1024);
  const failed = expect(room).rejects.toMatchObject({ code: "P2P_ERR_STREAM_CLOSED" });
  theirs.abort();
  await failed;
  await expect(writes.write(new Uint8Array(1))).rejects.toThrow();
  await expect(writes.all()).rejects.toThrow();
});
