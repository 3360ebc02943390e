/**
 * Tests of the page's tick.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { Ticker } from "./ticker.ts";

test("ticks by a timer of 4 ms while the page is seen", async () => {
  const clock = new FakeClock();
  let ticks = 0;
  const ticker = new Ticker(() => ticks++, { clock, visible: () => true });
  ticker.start();
  ticker.start();
  await clock.advance(40);
  expect(ticks).toBe(10);
  ticker.stop();
  await clock.advance(40);
  expect(ticks).toBe(10);
  expect(clock.pending).toBe(0);
});

test("ticks without any timer while the page is hidden", async () => {
  const clock = new FakeClock();
  let ticks = 0;
  await new Promise<void>((resolve) => {
    const ticker = new Ticker(
      () => {
        ticks++;
        if (ticks < 100) return;
        ticker.stop();
        resolve();
      },
      { clock, visible: () => false },
    );
    ticker.start();
  });
  expect(ticks).toBe(100);
  expect(clock.pending).toBe(0);
});

test("goes on by messages when a page that was seen is hidden", async () => {
  const clock = new FakeClock();
  let visible = true;
  let ticks = 0;
  const hidden = new Promise<void>((resolve) => {
    const ticker = new Ticker(
      () => {
        ticks++;
        visible = false;
        if (ticks < 10) return;
        ticker.stop();
        resolve();
      },
      { clock, visible: () => visible },
    );
    ticker.start();
  });
  await clock.advance(4);
  await hidden;
  expect(ticks).toBe(10);
});
