/**
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { medianInterval, quantile, ratios } from "./statistics.ts";

describe("quantile", () => {
  test("interpolates between the two samples around it", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20, 30], 0.75)).toBe(25);
  });

  test("is the smallest at 0, the largest at 1, whatever the order", () => {
    expect(quantile([3, 1, 2], 0)).toBe(1);
    expect(quantile([3, 1, 2], 1)).toBe(3);
  });

  test("sorts by number, not by text", () => {
    expect(quantile([9, 10, 100], 0.5)).toBe(10);
  });

  test("of nothing is NaN", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("medianInterval", () => {
  test("of seven samples reaches from the smallest to the largest, with 98 %", () => {
    const interval = medianInterval([7, 1, 6, 2, 5, 3, 4]);
    expect(interval).toMatchObject({ median: 4, low: 1, high: 7 });
    expect(interval.confidence).toBeCloseTo(1 - 2 / 2 ** 7, 10);
  });

  test("of nine samples leaves one out at each end", () => {
    const interval = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 900]);
    expect(interval).toMatchObject({ low: 2, high: 8 });
    expect(interval.confidence).toBeCloseTo(1 - (2 * (1 + 9)) / 2 ** 9, 10);
  });

  test("of five samples or fewer says that it falls short of 95 %", () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toMatchObject({ low: 1, high: 5, confidence: 0.9375 });
    expect(medianInterval([3])).toMatchObject({ median: 3, low: 3, high: 3, confidence: 0 });
  });

  test("of no samples is refused", () => {
    expect(() => medianInterval([])).toThrow(RangeError);
  });

  test("holds its median and is never wider than the samples", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: 0, max: 1e9 }), { minLength: 1 }),
        (all) => {
          const { median, low, high } = medianInterval(all);
          expect(low).toBeLessThanOrEqual(median);
          expect(high).toBeGreaterThanOrEqual(median);
          expect(low).toBeGreaterThanOrEqual(Math.min(...all));
          expect(high).toBeLessThanOrEqual(Math.max(...all));
        },
      ),
    );
  });
});

test("ratios are those of the same round", () => {
  expect(ratios([10, 20, 30], [5, 4, 60])).toEqual([2, 5, 0.5]);
});

test("ratios stop where one side has no more rounds", () => {
  expect(ratios([10, 20], [5])).toEqual([2]);
});
