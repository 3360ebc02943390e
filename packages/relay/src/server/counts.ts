/**
 * What a relay has done since it started, for metrics.
 * @module
 */

import { RelayCode } from "../wire/codes.ts";

/** Counts that only grow. */
export class RelayCounts {
  circuits = 0;
  bridges = 0;
  /** Circuits that went on to another relay, and those that came from one. */
  onward = 0;
  answered = 0;
  /** Pipes whose ends both came. */
  opened = 0;
  bytes = 0;
  readonly #refusals: Record<string, number> = {};
  readonly #ends: Record<string, number> = {};

  /** Requests that were refused, by the name of the code. */
  get refusals(): Readonly<Record<string, number>> {
    return { ...this.#refusals };
  }

  /** Pipes that ended, by the name of the code; `InOrder` where there was none. */
  get ends(): Readonly<Record<string, number>> {
    return { ...this.#ends };
  }

  refused(code: number): void {
    add(this.#refusals, nameOf(code));
  }

  ended(reason: number | undefined): void {
    add(this.#ends, reason === undefined ? "InOrder" : nameOf(reason));
  }
}

const NAMES = new Map<number, string>(
  Object.entries(RelayCode).map(([name, code]) => [code, name]),
);

/** Reasons that the ends give are the ends' own: their names aren't ours to count. */
function nameOf(code: number): string {
  return NAMES.get(code) ?? "Other";
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
