/**
 * @module
 */

import { describe, expect, test } from "vitest";
import { formatNumber, formatSamples } from "./format.ts";
import { hasMiss, reportRow, reportSums } from "./report.ts";
import type { RowResult } from "./results.ts";

const seven = (value: number) => Array.from({ length: 7 }, () => value);

/** Ours at twice theirs; wanted: three times, and once. */
const row: RowResult = {
  name: "one-way-32",
  title: "32 B messages, one way",
  metrics: [{ key: "rate", title: "rate", unit: "messages/s" }],
  aims: [
    { contestant: "peerkit-tcp", metric: "rate", than: "devp2p", atLeast: 3 },
    { contestant: "peerkit-tcp", metric: "rate", than: "devp2p", atLeast: 1 },
    { contestant: "sealed-tcp", metric: "rate", than: "devp2p", atLeast: 1 },
  ],
  cells: [
    { contestant: "peerkit-tcp", samples: { rate: seven(250_000) } },
    { contestant: "sealed-tcp", samples: {}, skipped: "not built\nat some place" },
    { contestant: "devp2p", samples: { rate: seven(125_000) } },
  ],
};

test.each([
  [0.05123, "0.0512"],
  [4.5071, "4.51"],
  [17.26, "17.3"],
  [173.4, "173"],
  [9994, "9994"],
  [9996, "10.0k"],
  [123_456, "123k"],
  [999_600, "1.00M"],
  [3_900_000, "3.90M"],
  [0, "0.00"],
  [Number.NaN, "–"],
])("writes %d as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("writes samples as median and interval, none as a dash", () => {
  expect(formatSamples([1, 2, 3])).toBe("2.00 (1.00–3.00)");
  expect(formatSamples([])).toBe("–");
});

describe("a row on the terminal", () => {
  const lines = reportRow(row).split("\n");

  test("has a line for each contestant under its title: figures, and ours divided by it", () => {
    expect(lines).toContain("32 B messages, one way [one-way-32]");
    expect(lines.find((line) => line.includes("devp2p"))).toMatch(
      /devp2p +125k \(125k–125k\) +2.00 \(2.00–2.00\)$/,
    );
  });

  test("says in the first line of the reason why a contestant was skipped", () => {
    expect(lines.find((line) => line.includes("skipped: "))).toMatch(
      /sealed, TCP +skipped: not built$/,
    );
  });

  test("has a verdict for each aim, with the ratio", () => {
    expect(lines.find((line) => line.includes("missed"))).toMatch(
      /peerkit, TCP ≥ 3.00× @ethereumjs\/devp2p +2.00 \(2.00–2.00\)$/,
    );
    expect(lines.filter((line) => /met {2}|skipped {2}/.test(line))).toHaveLength(2);
  });
});

test("the sums count each verdict, and a miss is told", () => {
  expect(reportSums([row])).toBe("aims: 1 met, 1 missed, 0 unclear, 1 skipped");
  expect(hasMiss([row])).toBe(true);
  expect(hasMiss([{ ...row, aims: row.aims.slice(1) }])).toBe(false);
});
