/**
 * Measures rows: every contestant is set up, then rounds go A B C, A B C, …
 * @module
 */

import { Bench } from "./bench.ts";
import { NotAvailableError } from "./link.ts";
import type { Cell, RowResult } from "./results.ts";
import type { Figures, Row, Settings } from "./rows/row.ts";

/** What is told while it runs. */
export interface Progress {
  /** A step begins; it is told often. */
  step(text: string): void;
  /** A row is complete. */
  row(result: RowResult): void;
}

/** Measures the rows one after another. Ends every process that it started, whatever happens. */
export async function runRows(
  rows: readonly Row[],
  settings: Settings,
  progress: Progress,
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows) {
    const result = await runRow(row, settings, progress);
    results.push(result);
    progress.row(result);
  }
  return results;
}

/**
 * Measures one row. A contestant that can't run here is skipped with the reason; one that fails is
 * left out from there on, in the same way, since the others' figures are good.
 */
async function runRow(row: Row, settings: Settings, progress: Progress): Promise<RowResult> {
  const bench = new Bench();
  try {
    const entries = row.contestants.map((contestant) => new Entry(contestant));
    for (const entry of entries) {
      progress.step(`${row.name}: starting ${entry.contestant}`);
      await entry.try(async () => {
        entry.measure = await row.prepare(entry.contestant, bench, settings);
      });
    }
    const rounds = Math.min(settings.rounds, row.maxRounds ?? settings.rounds);
    for (let round = 1; round <= rounds; round++) {
      for (const entry of entries) {
        if (entry.skipped !== undefined) continue;
        progress.step(`${row.name}: round ${round} of ${rounds}, ${entry.contestant}`);
        await entry.try(async () => entry.add(await entry.measure()));
      }
    }
    const { name, title, metrics, aims } = row;
    return { name, title, metrics, aims, cells: entries.map((entry) => entry.cell()) };
  } finally {
    await bench.stop();
  }
}

/** One contestant's progress through a row. */
class Entry {
  readonly contestant: string;
  readonly #samples: Record<string, number[]> = {};
  measure: () => Promise<Figures> = () => Promise.reject(new Error("it isn't prepared"));
  skipped: string | undefined;

  constructor(contestant: string) {
    this.contestant = contestant;
  }

  /** Takes the figures of a round. */
  add(figures: Figures): void {
    for (const [key, value] of Object.entries(figures)) {
      this.#samples[key] ??= [];
      this.#samples[key].push(value);
    }
  }

  /** Runs a step; if it fails, this contestant is out. */
  async try(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const { message } = error as Error;
      this.skipped = error instanceof NotAvailableError ? message : `failed: ${message}`;
    }
  }

  cell(): Cell {
    const { contestant, skipped } = this;
    // Figures of some rounds only would be compared with other rounds of the others.
    if (skipped !== undefined) return { contestant, samples: {}, skipped };
    return { contestant, samples: this.#samples };
  }
}
