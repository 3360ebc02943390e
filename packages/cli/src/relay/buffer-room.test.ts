import { expect, test } from "vitest";
import { growthPercent } from "./buffer-room.ts";

const MiB = 1024 * 1024;

test.each([
  [8 * MiB, 800],
  [64 * MiB, 100],
  [100 * MiB, 64],
  [512 * MiB, 13],
])("a heap of %i bytes may grow by 64 MiB", (held, percent) => {
  expect(growthPercent(held)).toBe(percent);
});

test("a large heap grows as V8 lets it", () => {
  expect(growthPercent(640 * MiB)).toBe(0);
  expect(growthPercent(4096 * MiB)).toBe(0);
});
