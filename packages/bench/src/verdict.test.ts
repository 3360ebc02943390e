/**
 * @module
 */

import { describe, expect, test } from "vitest";
import type { RowResult } from "./results.ts";
import type { Aim } from "./rows/row.ts";
import { judgeRow } from "./verdict.ts";

/** A row with our figures, theirs at 10 each round, and one aim. */
function rowWith(ours: readonly number[], aim: Partial<Aim>): RowResult {
  return {
    name: "row",
    title: "Row",
    metrics: [{ key: "rate", title: "rate", unit: "/s" }],
    aims: [{ contestant: "ours", metric: "rate", ...aim }],
    cells: [
      { contestant: "ours", samples: ours.length > 0 ? { rate: ours } : {} },
      { contestant: "theirs", samples: { rate: ours.map(() => 10) } },
    ],
  };
}

const judge = (ours: readonly number[], aim: Partial<Aim>) => judgeRow(rowWith(ours, aim))[0];
const around = (value: number) => [-3, -2, -1, 0, 1, 2, 3].map((step) => value + step);

describe("at least so many times another", () => {
  const aim = { than: "theirs", atLeast: 2 };

  test("is met when the whole interval is at or above it", () => {
    expect(judge(around(23), aim)).toMatchObject({
      judgement: "met",
      interval: { median: 2.3, low: 2, high: 2.6 },
    });
  });

  test("is missed when the whole interval is below it", () => {
    expect(judge(around(16), aim)?.judgement).toBe("missed");
  });

  test("is unclear when the interval spans it, on either side of the median", () => {
    expect(judge(around(21), aim)?.judgement).toBe("unclear");
    expect(judge(around(19), aim)?.judgement).toBe("unclear");
  });
});

describe("at most", () => {
  test("is met at or below, missed above, unclear around it", () => {
    expect(judge(around(17), { atMost: 20 })?.judgement).toBe("met");
    expect(judge(around(24), { atMost: 20 })?.judgement).toBe("missed");
    expect(judge(around(20), { atMost: 20 })?.judgement).toBe("unclear");
  });

  test("compares with another where one is named", () => {
    expect(judge(around(20), { atMost: 2.3, than: "theirs" })?.judgement).toBe("met");
  });
});

test("too few rounds give no verdict, however clear the figures", () => {
  expect(judge([100, 100, 100, 100, 100], { atLeast: 1 })?.judgement).toBe("unclear");
  expect(judge([100, 100, 100, 100, 100, 100], { atLeast: 1 })?.judgement).toBe("met");
});

test("an aim with a side that wasn't measured is skipped", () => {
  expect(judge([], { atLeast: 1 })).toMatchObject({ judgement: "skipped" });
  expect(judge(around(9), { than: "nobody", atLeast: 1 })?.judgement).toBe("skipped");
});

test("a ratio goes by rounds: a slow round of both is no spread", () => {
  const row = rowWith([20, 2, 20, 2, 20, 2, 20], { than: "theirs", atLeast: 2 });
  const cells = row.cells.map((cell) =>
    cell.contestant === "theirs" ? { ...cell, samples: { rate: [10, 1, 10, 1, 10, 1, 10] } } : cell,
  );
  expect(judgeRow({ ...row, cells })[0]).toMatchObject({
    judgement: "met",
    interval: { low: 2, high: 2 },
  });
});
