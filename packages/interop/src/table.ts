/**
 * How results are shown: a row for each as it comes, and the sums at the end.
 * @module
 */

import type { CaseResult, PeerKind } from "./case.ts";
import { DIRECTIONS } from "./case.ts";

const PEER_WIDTH = 20;
const DIRECTION_WIDTH = 13;
const CASE_WIDTH = 64;
const RESULT_WIDTH = 9;
const MS_WIDTH = 7;

/** The line above the rows, and the rule under it. */
export function tableHead(): string {
  const line = columns("peer", "direction", "case", "result", "ms");
  return `${line}\n${"-".repeat(line.length)}`;
}

/** One row; under it why it was skipped or how it failed. */
export function tableRow(row: CaseResult): string {
  const { kind, direction, title, result, ms, note, error } = row;
  const line = columns(kind, direction, title, result, result === "skipped" ? "" : `${ms}`);
  if (note !== undefined) return `${line}\n${indent(note)}`;
  if (result === "failed") return `${line}\n${indent(errorText(error))}`;
  return line;
}

/** The last lines: for each peer and direction how many passed, failed and were skipped. */
export function tableSums(results: readonly CaseResult[]): string {
  const kinds = [...new Set(results.map((row) => row.kind))];
  return kinds.flatMap((kind) => sumsOf(kind, results)).join("\n");
}

function sumsOf(kind: PeerKind, results: readonly CaseResult[]): string[] {
  return DIRECTIONS.map((direction) => {
    const rows = results.filter((row) => row.kind === kind && row.direction === direction);
    const count = (result: CaseResult["result"]) =>
      rows.filter((row) => row.result === result).length;
    const sums = `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`;
    return `${kind.padEnd(PEER_WIDTH)}${direction.padEnd(DIRECTION_WIDTH)}${sums}`;
  });
}

function columns(peer: string, direction: string, title: string, result: string, ms: string) {
  return (
    peer.padEnd(PEER_WIDTH) +
    direction.padEnd(DIRECTION_WIDTH) +
    title.padEnd(CASE_WIDTH) +
    result.padEnd(RESULT_WIDTH) +
    ms.padStart(MS_WIDTH)
  ).trimEnd();
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
