/**
 * Plots as SVG text: lines over logarithmic axes, and bars. They read in light and in dark pages.
 * @module
 */

import { formatNumber } from "./format.ts";

/** A point with the interval of its value. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** Lines over two logarithmic axes. */
export interface LinePlot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  /** Where the x axis has a mark, and what it says. */
  readonly xMarks: readonly (readonly [x: number, label: string])[];
  readonly series: readonly { readonly label: string; readonly points: readonly Point[] }[];
}

/** A bar for each value, from zero. */
export interface BarPlot {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: Point["y"];
    readonly low: number;
    readonly high: number;
    readonly ours: boolean;
  }[];
}

const WIDTH = 760;

/** Okabe and Ito's colours: told apart by every kind of sight, on white and on black. */
const COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#8c8c8c",
  "#b8a800",
  "#7a5cc4",
];

/** So that the lines differ without colour, too. */
const DASHES = ["", "6 3", "2 3"];

const STYLE = `text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:14px}
.grid{stroke:#8c959f;stroke-opacity:.3}.axis{stroke:#57606a}
@media(prefers-color-scheme:dark){text{fill:#d0d7de}.axis{stroke:#8c959f}}`;

/** Draws lines with a marker and an interval at each point. Series without points are left out. */
export function linePlot({ title, xTitle, yTitle, xMarks, series }: LinePlot): string {
  const box = { left: 70, right: WIDTH - 210, top: 40, bottom: 340 };
  const shown = series.filter(({ points }) => points.length > 0);
  const decades = decadesOf(shown.flatMap(({ points }) => points.flatMap((p) => [p.low, p.high])));
  const xs = xMarks.map(([x]) => x);
  const x = logScale(Math.min(...xs), Math.max(...xs), box.left, box.right);
  const y = logScale(decades[0] ?? 1, decades.at(-1) ?? 10, box.bottom, box.top);
  const grid = decades.flatMap((value) => [
    line("grid", box.left, y(value), box.right, y(value)),
    text(box.left - 8, y(value) + 4, decadeText(value), "end"),
  ]);
  const marks = xMarks.flatMap(([value, label]) => [
    line("axis", x(value), box.bottom, x(value), box.bottom + 5),
    text(x(value), box.bottom + 20, label, "middle"),
  ]);
  const axes = [
    line("axis", box.left, box.bottom, box.right, box.bottom),
    text((box.left + box.right) / 2, box.bottom + 42, xTitle, "middle"),
    `<text transform="translate(16 ${(box.top + box.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yTitle)}</text>`,
  ];
  const drawn = shown.flatMap(({ label, points }, at) => [
    curve(points, at, x, y),
    ...legend(label, at, box.right + 24, box.top + 10 + 20 * at),
  ]);
  return svg(title, 400, [...grid, ...marks, ...axes, ...drawn]);
}

/** Draws bars with their values; ours are filled, the others paler. */
export function barPlot({ title, unit, bars }: BarPlot): string {
  const left = 190;
  const right = WIDTH - 120;
  const most = Math.max(...bars.map(({ high }) => high));
  // A figure that noise made negative has no bar.
  const x = (value: number) => left + ((right - left) * Math.max(0, value)) / most;
  const drawn = bars.flatMap(({ label, value, low, high, ours }, at) => {
    const top = 44 + 26 * at;
    const middle = top + 9;
    return [
      text(left - 8, middle + 4, label, "end"),
      `<rect x="${left}" y="${top}" width="${round(x(value) - left)}" height="18" fill="${COLOURS[0]}" fill-opacity="${ours ? 1 : 0.4}"/>`,
      line("axis", x(low), middle, x(high), middle),
      text(Math.max(x(value), x(high)) + 8, middle + 4, `${formatNumber(value)} ${unit}`, "start"),
    ];
  });
  const bottom = 44 + 26 * bars.length;
  return svg(title, bottom + 16, [...drawn, line("axis", left, 38, left, bottom)]);
}

function curve(points: readonly Point[], at: number, x: Scale, y: Scale): string {
  const colour = COLOURS[at % COLOURS.length];
  const path = points.map((p, i) => `${i === 0 ? "M" : "L"}${round(x(p.x))} ${round(y(p.y))}`);
  const dash = DASHES[at % DASHES.length];
  const marks = points.map(
    (p) =>
      `<path d="M${round(x(p.x))} ${round(y(p.low))}V${round(y(p.high))}"/><circle cx="${round(x(p.x))}" cy="${round(y(p.y))}" r="3" fill="${colour}"/>`,
  );
  return `<g stroke="${colour}" fill="none"><path stroke-width="2" stroke-dasharray="${dash}" d="${path.join("")}"/>${marks.join("")}</g>`;
}

function legend(label: string, at: number, x: number, y: number): string[] {
  const colour = COLOURS[at % COLOURS.length];
  const dash = DASHES[at % DASHES.length];
  return [
    `<path d="M${x} ${y}h24" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`,
    text(x + 30, y + 4, label, "start"),
  ];
}

type Scale = (value: number) => number;

function logScale(from: number, to: number, start: number, end: number): Scale {
  const span = Math.log10(to / from) || 1;
  return (value) => start + ((end - start) * Math.log10(value / from)) / span;
}

/** The powers of ten that enclose the values. */
function decadesOf(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [1, 10];
  const first = Math.floor(Math.log10(Math.min(...positive)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...positive))));
  return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
}

/** A power of ten: `0.01`, `100`, `10k`, `1M`. */
function decadeText(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e4 ? `${value / 1e3}k` : `${Number(value.toPrecision(1))}`;
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">`;
  const heading = `<text class="title" x="16" y="22">${escapeXml(title)}</text>`;
  return `${[head, `<style>${STYLE}</style>`, heading, ...parts].join("\n")}\n</svg>\n`;
}

function line(kind: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="${kind}" d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}"/>`;
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
