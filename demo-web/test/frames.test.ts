/**
 * The log of frames.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { FrameFilter } from "../src/frames.ts";
import { FrameLog, KEPT_BYTES } from "../src/frames.ts";

const ALL: FrameFilter = { hidden: new Set(), direction: "both" };

function push(
  log: FrameLog,
  direction: "in" | "out",
  protocol = "chat",
  payload = new Uint8Array(1),
) {
  const size = payload.length;
  const base = { at: 0, version: 1, code: 0, wireCode: 16, size, wireSize: size + 2 };
  log.push({ ...base, direction, protocol }, payload);
}

describe("FrameLog", () => {
  test("lists the newest first", () => {
    const log = new FrameLog(10);
    for (let i = 0; i < 4; i++) push(log, "in");
    expect(log.newestFirst(ALL).map((frame) => frame.seq)).toEqual([4, 3, 2, 1]);
  });

  test.each([3, 4, 5, 7, 8, 9, 100])("keeps the newest four of %i and counts all", (count) => {
    const log = new FrameLog(4);
    for (let i = 0; i < count; i++) push(log, "in");
    const newest = [count, count - 1, count - 2, count - 3].filter((seq) => seq > 0);
    expect(log.newestFirst(ALL).map((frame) => frame.seq)).toEqual(newest);
    expect(log.total).toBe(count);
  });

  test("starts over in order after it was cleared half way round", () => {
    const log = new FrameLog(4);
    for (let i = 0; i < 6; i++) push(log, "in");
    log.clear();
    expect(log.newestFirst(ALL)).toEqual([]);
    for (let i = 0; i < 5; i++) push(log, "out");
    expect(log.newestFirst(ALL).map((frame) => frame.seq)).toEqual([11, 10, 9, 8]);
    expect(log.total).toBe(11);
  });

  test("leaves out hidden protocols and the other direction", () => {
    const log = new FrameLog(10);
    push(log, "in", "p2p");
    push(log, "out", "chat");
    push(log, "in", "chat");
    const found = log.newestFirst({ hidden: new Set(["p2p"]), direction: "in" });
    expect(found.map((frame) => frame.seq)).toEqual([3]);
  });

  test("keeps a copy of the payload, as far as it keeps any", () => {
    const log = new FrameLog(10);
    const payload = new Uint8Array(KEPT_BYTES + 500).fill(7);
    push(log, "in", "chat", payload);
    payload.fill(9);
    const [frame] = log.newestFirst(ALL);
    expect(frame?.head).toEqual(new Uint8Array(KEPT_BYTES).fill(7));
    expect(frame?.size).toBe(KEPT_BYTES + 500);
  });

  test("adds up frames and wire bytes for each direction", () => {
    const log = new FrameLog(1);
    push(log, "in");
    push(log, "in");
    push(log, "out");
    expect(log.received).toEqual({ frames: 2, bytes: 6 });
    expect(log.sent).toEqual({ frames: 1, bytes: 3 });
  });
});
