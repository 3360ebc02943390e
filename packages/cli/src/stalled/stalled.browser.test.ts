/**
 * A gigabyte for a protocol that doesn't read, between a page and a process. A page can't stop what
 * a WebSocket brings it, and isn't told when it has sent: the credits alone hold it back.
 * @module
 */

import { webSocket } from "@peerkit/ws";
import { afterEach, expect, inject, test } from "vitest";
import type {} from "./process.global.ts";
import { SIZE, StalledSide, WINDOW } from "./side.test.helper.mjs";

const MiB = 1024 * 1024;
const GIGABYTE = (1024 * MiB) / SIZE;
/** What a sender may have unsent before its writes wait, and the message that reaches it. */
const UNSENT = MiB + 2 * SIZE;
const SMALL = 10_000;

const page = new StalledSide({ transports: [webSocket()] });
afterEach(() => page.server.stop());

test("a page that stalls gets no more than the window, and one that sends is held back", async () => {
  await page.server.start();
  await page.server.connect(inject("stalledSide"));

  await page.tell({ cmd: "send", count: GIGABYTE });
  const accepted = (await page.tell({ cmd: "settle" })) * SIZE;
  const received = await page.run({ cmd: "received" });
  expect(received).toBeLessThan(WINDOW + SMALL);
  expect(received).toBeGreaterThan(WINDOW - 2 * SIZE);
  expect(accepted).toBeLessThanOrEqual(WINDOW + UNSENT);

  const before = await page.tell({ cmd: "memory" });
  await page.run({ cmd: "send", count: GIGABYTE });
  const sent = (await page.run({ cmd: "settle" })) * SIZE;
  expect(await page.tell({ cmd: "received" })).toBeLessThan(WINDOW + SMALL);
  expect(sent).toBeGreaterThan(WINDOW - 2 * SIZE);
  expect(sent).toBeLessThanOrEqual(WINDOW + UNSENT);
  expect((await page.tell({ cmd: "memory" })) - before).toBeLessThan(WINDOW + 2 * MiB);

  // Both go on, and what was held back comes in order; a part of it will do.
  const read = { cmd: "read", count: 500 } as const;
  expect(await Promise.all([page.run(read), page.tell(read)])).toEqual([500, 500]);
});
