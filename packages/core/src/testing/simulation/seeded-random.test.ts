/**
 * Chance that can be repeated.
 * @module
 */

import { expect, test } from "vitest";
import { SeededRandom } from "./seeded-random.ts";

test("gives the same draws for the same seed, and others for another", () => {
  const draws = (...seed: number[]) => {
    const random = new SeededRandom(...seed);
    return Array.from({ length: 50 }, () => random.next());
  };
  expect(draws(1, 2)).toEqual(draws(1, 2));
  const all = [draws(0), draws(1), draws(2 ** 32 + 1), draws(1, 0), draws(1, 2), draws(2, 1)];
  expect(new Set(all.map((list) => list[0])).size).toBe(all.length);
});

test("draws evenly, within the bounds", () => {
  const random = new SeededRandom(5);
  const counts = new Array<number>(10).fill(0);
  for (let at = 0; at < 10_000; at++) counts[random.below(10)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1_200);
  for (let at = 0; at < 100; at++) {
    const number = random.between(5, 6);
    expect(number >= 5 && number < 6).toBe(true);
    expect(["a", "b"]).toContain(random.pick(["a", "b"]));
  }
  expect(random.chance(0)).toBe(false);
  expect(random.chance(1)).toBe(true);
  expect(() => random.pick([])).toThrow(RangeError);
});
