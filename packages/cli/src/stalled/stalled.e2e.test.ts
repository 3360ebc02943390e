/**
 * A gigabyte for a protocol that doesn't read, between two processes: it stays where it is.
 * @module
 */

import { afterEach, expect, test } from "vitest";
import type { SideProcess } from "./process.global.ts";
import { startSide } from "./process.global.ts";
import { SIZE, WINDOW } from "./side.test.helper.mjs";

const MiB = 1024 * 1024;
const GIGABYTE = (1024 * MiB) / SIZE;
/** What a sender may have unsent before its writes wait, and the message that reaches it. */
const UNSENT = MiB + 2 * SIZE;

const sides: SideProcess[] = [];
afterEach(async () => {
  await Promise.all(sides.splice(0).map((side) => side.stop()));
});

async function start(): Promise<SideProcess> {
  const side = await startSide();
  sides.push(side);
  return side;
}

test.each([
  ["TCP", 0],
  ["WebSocket", 1],
])("over %s, neither side's memory grows by more than the window", async (_, place) => {
  const [reader, sender] = await Promise.all([start(), start()]);
  await sender.connect(reader.urls[place] ?? "");
  const both = [reader, sender];
  const memory = () => Promise.all(both.map((side) => side.run({ cmd: "memory" })));
  // What code and buffers take once, is taken now.
  await sender.run({ cmd: "settle" });
  const [readerBefore = 0, senderBefore = 0] = await memory();

  await sender.run({ cmd: "send", count: GIGABYTE });
  const accepted = (await sender.run({ cmd: "settle" })) * SIZE;
  const received = await reader.run({ cmd: "received" });
  const [readerAfter = 0, senderAfter = 0] = await memory();
  expect(received).toBeLessThanOrEqual(WINDOW);
  expect(received).toBeGreaterThan(WINDOW - 2 * SIZE);
  expect(accepted).toBeLessThanOrEqual(WINDOW + UNSENT);
  expect(readerAfter - readerBefore).toBeLessThan(WINDOW + 2 * MiB);
  expect(senderAfter - senderBefore).toBeLessThan(UNSENT + 2 * MiB);

  // It goes on, and what was held back comes in order; a part of it will do.
  expect(await reader.run({ cmd: "read", count: 500 })).toBe(500);
  expect(await sender.run({ cmd: "settle" })).toBeGreaterThan(500);
});
