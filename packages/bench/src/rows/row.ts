/**
 * What a row of the table is: what is measured, of whom, and what is aimed at.
 * @module
 */

import type { Bench } from "../bench.ts";

/** One number that a row measures. */
export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
}

/** The numbers of one round, by the metric's key. */
export type Figures = Readonly<Record<string, number>>;

/** How thoroughly is measured. */
export interface Settings {
  readonly rounds: number;
  /** How long one sample of a throughput takes, about. */
  readonly sampleMs: number;
  /** How long an idle or a flooded connection is watched. */
  readonly watchMs: number;
  /** Connections of the rows that have many. */
  readonly connections: number;
}

/** What a figure has to be, compared with another of the same round, or by itself. */
export interface Aim {
  readonly contestant: string;
  readonly metric: string;
  /** Whose same metric it is divided by; undefined compares the figure itself. */
  readonly than?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A row. */
export interface Row {
  /** What selects it on the command line. */
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Whoever is measured, in this order in each round. */
  readonly contestants: readonly string[];
  readonly aims: readonly Aim[];
  /** The rounds that are enough, where a round is long. @default as many as asked for */
  readonly maxRounds?: number;
  /** Left out unless it is named. @default false */
  readonly onlyByName?: boolean;
  /** Sets one contestant up and resolves to what measures one round of it. */
  prepare(contestant: string, bench: Bench, settings: Settings): Promise<() => Promise<Figures>>;
}
