/**
 * What a run has found, as it is kept in a file.
 * @module
 */

import type { Machine } from "./machine.ts";
import type { Row, Settings } from "./rows/row.ts";

/** One contestant's figures of one row. */
export interface Cell {
  readonly contestant: string;
  /** One list for each metric, one figure for each round. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** Why there are none. */
  readonly skipped?: string;
}

/** One row, measured. */
export interface RowResult extends Pick<Row, "name" | "title" | "metrics" | "aims"> {
  readonly cells: readonly Cell[];
}

/** A whole run. */
export interface Results {
  /** When it began, ISO 8601. */
  readonly started: string;
  readonly minutes: number;
  readonly settings: Settings;
  readonly machine: Machine;
  readonly rows: readonly RowResult[];
}

/** The samples of a contestant's metric; empty where it was skipped. */
export function samplesOf(row: RowResult, contestant: string, metric: string): readonly number[] {
  return row.cells.find((cell) => cell.contestant === contestant)?.samples[metric] ?? [];
}
