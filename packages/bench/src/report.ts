/**
 * What the terminal shows: a table for each row, its verdicts, and the sums.
 * @module
 */

import { titleOf } from "./contestants/titles.ts";
import { formatAim, formatInterval, formatSamples } from "./format.ts";
import type { Machine } from "./machine.ts";
import { ownRatio } from "./own-ratio.ts";
import type { RowResult } from "./results.ts";
import type { Judgement } from "./verdict.ts";
import { judgeRow } from "./verdict.ts";

const NAME_WIDTH = 26;
const FIGURE_WIDTH = 26;
const AIM_WIDTH = 76;

const MARKS: Readonly<Record<Judgement, string>> = {
  met: "✓ met",
  missed: "✗ missed",
  unclear: "? unclear",
  skipped: "- skipped",
};

/** The lines above all: the machine and the versions. */
export function reportMachine({ cpu, cores, system, load, versions }: Machine): string {
  const lines = Object.entries(versions).map(([what, version]) => `  ${what}: ${version}`);
  return [`${cpu}, ${cores} cores, ${system}, load ${load.join(" ")}`, ...lines].join("\n");
}

/** One row: a line for each contestant, median and interval of each metric; then the verdicts. */
export function reportRow(row: RowResult): string {
  const head = ["", ...row.metrics.map(({ title, unit }) => `${title}, ${unit}`), "ours to it, ×"];
  const lines = row.cells.map(({ contestant, samples, skipped }) => {
    if (skipped !== undefined) return [titleOf(contestant), `skipped: ${firstLine(skipped)}`];
    const ratio = ownRatio(row, contestant);
    return [
      titleOf(contestant),
      ...row.metrics.map(({ key }) => formatSamples(samples[key] ?? [])),
      ratio === undefined ? "" : formatInterval(ratio),
    ];
  });
  const verdicts = judgeRow(row).map((verdict) => {
    const figure = verdict.interval === undefined ? "" : formatInterval(verdict.interval);
    const aim = formatAim(verdict, row.metrics);
    return `  ${MARKS[verdict.judgement].padEnd(11)}${aim.padEnd(AIM_WIDTH)}${figure}`.trimEnd();
  });
  return [`\n${row.title} [${row.name}]`, ...[head, ...lines].map(columns), ...verdicts].join("\n");
}

/** The last line: how many aims were met, missed and so on. */
export function reportSums(rows: readonly RowResult[]): string {
  const judgements = rows.flatMap((row) => judgeRow(row).map(({ judgement }) => judgement));
  const count = (wanted: Judgement) => judgements.filter((each) => each === wanted).length;
  const kinds: readonly Judgement[] = ["met", "missed", "unclear", "skipped"];
  return `aims: ${kinds.map((kind) => `${count(kind)} ${kind}`).join(", ")}`;
}

/** Whether an aim was missed. */
export function hasMiss(rows: readonly RowResult[]): boolean {
  return rows.some((row) => judgeRow(row).some(({ judgement }) => judgement === "missed"));
}

function columns([name = "", ...figures]: readonly string[]): string {
  return `  ${name.padEnd(NAME_WIDTH)}${figures.map((text) => text.padEnd(FIGURE_WIDTH)).join("")}`.trimEnd();
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
