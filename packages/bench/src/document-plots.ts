/**
 * Which plots the document has, drawn from the figures.
 * @module
 */

import { titleOf } from "./contestants/titles.ts";
import type { Point } from "./plot.ts";
import { barPlot, linePlot } from "./plot.ts";
import type { Results, RowResult } from "./results.ts";
import { samplesOf } from "./results.ts";
import { LINKS } from "./rows/connections.ts";
import { SIZES, sizeText } from "./rows/one-way.ts";
import { medianInterval } from "./statistics.ts";

/** A drawn plot. */
export interface Plot {
  /** Name of its file, without folder. */
  readonly file: string;
  readonly title: string;
  readonly svg: string;
}

/** Rows that are drawn as bars, and by which metric. */
const BARS: Readonly<Record<string, string>> = {
  handshakes: "rate",
  "round-trips": "rate",
  "one-way-32": "rate",
  "random-64k": "rate",
  idle: "rss",
};

/** The plots of one row; none for a row without figures, or without a plot. */
export function plotsOf(row: RowResult): Plot[] {
  if (row.cells.every(({ samples }) => Object.keys(samples).length === 0)) return [];
  if (row.name === "sizes") return sizesPlots(row);
  if (row.name === "connections") return [connectionsPlot(row)];
  const metric = row.metrics.find(({ key }) => key === BARS[row.name]);
  if (metric === undefined) return [];
  const bars = row.cells.flatMap(({ contestant, samples }) => {
    const values = samples[metric.key] ?? [];
    if (values.length === 0) return [];
    const { median, low, high } = medianInterval(values);
    return [{ label: titleOf(contestant), value: median, low, high, ours: isOurs(contestant) }];
  });
  const title = `${row.title} (${metric.title}, ${metric.unit})`;
  return [{ file: `${row.name}.svg`, title, svg: barPlot({ title, unit: metric.unit, bars }) }];
}

/** All plots of a run. */
export function allPlots(results: Results): Plot[] {
  return results.rows.flatMap(plotsOf);
}

function sizesPlots(row: RowResult): Plot[] {
  const xMarks = SIZES.map((size) => [size, sizeText(size)] as const);
  const xTitle = "bytes of a message";
  const rate = "Throughput by message size";
  const cost = "Time for one message by its size";
  const rates = seriesOf(row, SIZES, (_, value) => value);
  const costs = seriesOf(row, SIZES, (size, value) => size / value);
  return [
    {
      file: "sizes-rate.svg",
      title: rate,
      svg: linePlot({ title: rate, xTitle, yTitle: "MB/s", xMarks, series: rates }),
    },
    {
      file: "sizes-cost.svg",
      title: cost,
      svg: linePlot({ title: cost, xTitle, yTitle: "µs/message", xMarks, series: costs }),
    },
  ];
}

function connectionsPlot(row: RowResult): Plot {
  const title = "Time for a message of 1 KB by the number of connections";
  const xMarks = LINKS.map((links) => [links, links.toLocaleString("en")] as const);
  const series = seriesOf(row, LINKS, (_, value) => value);
  const axes = { xTitle: "connections in use", yTitle: "µs/message" };
  return { file: "connections.svg", title, svg: linePlot({ title, ...axes, xMarks, series }) };
}

function seriesOf(
  row: RowResult,
  xs: readonly number[],
  convert: (x: number, value: number) => number,
): { label: string; points: Point[] }[] {
  return row.cells.map(({ contestant }) => {
    const points = xs.flatMap((x) => {
      const samples = samplesOf(row, contestant, `${x}`).map((value) => convert(x, value));
      if (samples.length === 0) return [];
      const { median, low, high } = medianInterval(samples);
      return [{ x, y: median, low, high }];
    });
    return { label: titleOf(contestant), points };
  });
}

function isOurs(contestant: string): boolean {
  return contestant.startsWith("peerkit") || contestant.startsWith("sealed");
}
