/**
 * @module
 */

import { describe, expect, test } from "vitest";
import { barPlot, linePlot } from "./plot.ts";

const point = (x: number, y: number) => ({ x, y, low: y / 2, high: y * 2 });

describe("lines", () => {
  const svg = linePlot({
    title: "Cost & size",
    xTitle: "bytes of a message",
    yTitle: "MB/s",
    xMarks: [
      [1, "1 B"],
      [100, "100 B"],
    ],
    series: [
      { label: "ours", points: [point(1, 20), point(10, 20), point(100, 200)] },
      { label: "absent", points: [] },
    ],
  });

  test("have titles with units on both axes, and a name for each line", () => {
    for (const text of ["bytes of a message", "MB/s", "1 B", "100 B", "ours"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });

  test("leave a series without points out", () => {
    expect(svg).not.toContain("absent");
  });

  test("put the middle of a logarithmic axis where ten is between one and a hundred", () => {
    const [first = 0, middle = 0, last = 0] = [...svg.matchAll(/circle cx="([\d.]+)"/g)].map((m) =>
      Number(m[1]),
    );
    expect(middle - first).toBeCloseTo(last - middle, 0);
  });

  test("mark the powers of ten that enclose all intervals", () => {
    for (const mark of ["10", "100", "1000"]) expect(svg).toContain(`>${mark}</text>`);
  });

  test("escape what XML would take for its own", () => {
    expect(svg).toContain("Cost &amp; size");
    expect(svg).not.toContain("Cost & size");
  });

  test("read on a dark page", () => {
    expect(svg).toContain("prefers-color-scheme:dark");
  });
});

test("a bar is as long as its value, and ours stand out", () => {
  const bar = (label: string, value: number, ours: boolean) => ({
    label,
    value,
    low: value,
    high: value,
    ours,
  });
  const bars = [bar("ours", 100, true), bar("theirs", 25, false)];
  const svg = barPlot({ title: "Rate", unit: "MB/s", bars });
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map((m) => Number(m[1]));
  expect(widths[0]).toBeCloseTo(4 * (widths[1] ?? 0), 0);
  expect([...svg.matchAll(/fill-opacity="([\d.]+)"/g)].map((m) => m[1])).toEqual(["1", "0.4"]);
  expect(svg).toContain(">25.0 MB/s</text>");
});

test("a bar of a negative figure has no length", () => {
  const bars = [
    { label: "noise", value: -3, low: -5, high: 1, ours: true },
    { label: "more", value: 9, low: 8, high: 10, ours: false },
  ];
  const svg = barPlot({ title: "Memory", unit: "KiB", bars });
  expect(svg).toMatch(/<rect [^>]*width="0"/);
  expect(svg).not.toMatch(/width="-/);
});
