/**
 * Two streams made one.
 * @module
 */

import { P2PError } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { drain, settle, streamPair } from "../../streams.test.helper.ts";
import { RelayCode } from "../../wire/codes.ts";
import type { SpliceOptions } from "./splice.ts";
import { Splice } from "./splice.ts";

/** `left` and `right` are what the two users hold. */
async function splice(options: Partial<SpliceOptions> = {}) {
  const clock = new FakeClock();
  const [left, first] = await streamPair(clock);
  const [right, second] = await streamPair(clock);
  const limits = { clock, writeTimeout: 20_000, idleTimeout: 60_000, ...options };
  return { clock, left, right, splice: new Splice([first, second], limits) };
}

test("what goes in on one side comes out on the other, in order, and so does the end", async () => {
  const { left, right, splice: joined } = await splice();
  const read = drain(right);
  for (let i = 0; i < 100; i++) await left.write(Uint8Array.of(i));
  await left.close();
  expect((await read).bytes).toEqual([...Array(100).keys()]);
  expect((await joined.done).reason).toBeUndefined();
});

test("a side that breaks off breaks the other off", async () => {
  const { left, right, splice: joined } = await splice();
  left.abort();
  await joined.done;
  expect(await joined.done).toMatchObject({ reason: RelayCode.BrokeOff });
  await right.closed;
});

test("a side that doesn't read slows the other down, and holds no more than the wires do", async () => {
  const { left, right } = await splice();
  const chunk = new Uint8Array(64 * 1024);
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 100; i++) {
      await left.write(chunk.slice());
      written++;
    }
  })();
  await settle(500);
  expect(written).toBeLessThan(10);
  const reading = drain(right);
  await writing;
  await left.close();
  expect((await reading).bytes).toHaveLength(100 * chunk.length);
});

test("a side that never reads is given up after the write timeout", async () => {
  const { clock, left, splice: joined } = await splice();
  void (async () => {
    for (;;) await left.write(new Uint8Array(64 * 1024));
  })().catch(() => {});
  await settle(500);
  for (let s = 0; s < 30; s++) {
    await clock.advance(1_000);
    await settle();
  }
  expect(await joined.done).toMatchObject({ reason: RelayCode.Stalled });
  expect(clock.pending).toBe(0);
});

test("sides that are half open, and say nothing, are given up after the idle timeout", async () => {
  const { clock, left, splice: joined } = await splice();
  await clock.advance(50_000);
  await left.write(Uint8Array.of(1));
  await settle();
  await clock.advance(50_000);
  await settle();
  let ended = false;
  void joined.done.then(() => {
    ended = true;
  });
  await settle();
  expect(ended).toBe(false);
  for (let s = 0; s < 30; s++) {
    await clock.advance(1_000);
    await settle();
  }
  expect(await joined.done).toMatchObject({ reason: RelayCode.Stalled });
});

test("bytes above a rate wait", async () => {
  const { clock, left, right } = await splice({ onBytes: (count) => count * 10 });
  const reading = drain(right);
  await left.write(new Uint8Array(100));
  await settle();
  let got = 0;
  void reading.then(({ bytes }) => {
    got = bytes.length;
  });
  await clock.advance(999);
  await left.close();
  await settle();
  expect(got).toBe(0);
  await clock.advance(1);
  await settle(200);
  expect(got).toBe(100);
});

test("bytes above a budget end it, with the reason", async () => {
  const over = { reason: RelayCode.Budget, text: "today's bytes" };
  const { left, splice: joined } = await splice({ onBytes: () => over });
  await left.write(new Uint8Array(1));
  expect(await joined.done).toEqual(over);
});

test("a filter that throws ends it before a byte goes on", async () => {
  const no = new P2PError("not RLPx", { code: "P2P_ERR_PIPE_SHAPE" });
  const refuse = (): never => {
    throw no;
  };
  const { left, right, splice: joined } = await splice({ filters: [refuse, refuse] });
  const reading = drain(right);
  await left.write(new Uint8Array(10));
  expect(await joined.done).toEqual({ reason: RelayCode.Shape, text: "not RLPx" });
  expect((await reading).bytes).toEqual([]);
});
