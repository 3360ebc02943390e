/**
 * What the command line asks for.
 * @module
 */

import type { Row, Settings } from "./rows/row.ts";

/** A command line, understood. */
export interface Args {
  /** Names of rows, or the beginnings of names; none means all. */
  readonly names: readonly string[];
  readonly aims: boolean;
  readonly quick: boolean;
  readonly write: boolean;
  /** Rounds, where the command line says how many. */
  readonly rounds: number | undefined;
  /** Beginnings of contestants' names; none means all. */
  readonly of: readonly string[];
}

/** What `--help` prints. */
export const USAGE = `npm run bench [-- name …] [-- --aims] [-- --quick] [-- --rounds=N] [-- --write]

  name       only the rows whose name begins so
  --aims     the rows that have an aim, in at least 7 rounds; exit code 1 if one is missed
  --quick    two short rounds: shows that it works, but gives no verdict
  --rounds=N so many rounds instead of 7
  --of=A,B   only the contestants whose names begin so
  --write    writes docs/performance.md and its plots, from this run; with nothing else, from the
             last whole one. With --aims all rows are measured`;

/** The fewest rounds with which the interval of a verdict holds the true median in 98 of 100 runs. */
const AIMS_ROUNDS = 7;

const KNOWN = /^--(aims|quick|write|rounds=[1-9]\d*|of=[a-z0-9,-]+)$/;

/** @throws RangeError for an option that isn't known. */
export function parseArgs(argv: readonly string[]): Args {
  const flags = argv.filter((arg) => arg.startsWith("--"));
  const unknown = flags.find((flag) => !KNOWN.test(flag));
  if (unknown !== undefined) throw new RangeError(`unknown option ${unknown}\n${USAGE}`);
  const has = (flag: string) => flags.includes(flag);
  const [rounds] = listAfter(flags, "--rounds=").map(Number);
  return {
    names: argv.filter((arg) => !arg.startsWith("--")),
    aims: has("--aims"),
    quick: has("--quick"),
    write: has("--write"),
    rounds,
    of: listAfter(flags, "--of="),
  };
}

/** Whether it only asks to write what the last run found. */
export function onlyWrites(args: Args): boolean {
  return args.write && !args.aims && args.rounds === undefined && !isPartial(args);
}

/** Whether it asks for some rows or contestants only, or for figures that say little. */
export function isPartial({ names, quick, of, aims, write }: Args): boolean {
  return names.length > 0 || quick || of.length > 0 || (aims && !write);
}

/**
 * The rows that are asked for, with the contestants that are.
 * @throws RangeError when no row, or none with such a contestant, has such a name.
 */
export function selectRows(rows: readonly Row[], args: Args): readonly Row[] {
  const { names, aims, write, of } = args;
  const named = (row: Row) => names.some((name) => row.name.startsWith(name));
  const exact = (row: Row) => names.includes(row.name);
  const chosen = rows.filter((row) => {
    if (names.length > 0) return row.onlyByName === true ? exact(row) : named(row);
    if (row.onlyByName === true) return write;
    return !aims || write || row.aims.length > 0;
  });
  const narrowed = of.length === 0 ? chosen : chosen.flatMap((row) => narrow(row, of));
  if (narrowed.length > 0) return narrowed;
  throw new RangeError(`no such row; there are ${rows.map((row) => row.name).join(", ")}`);
}

/** How thoroughly to measure. */
export function settingsOf({ aims, quick, rounds }: Args): Settings {
  if (quick) {
    return { rounds: rounds ?? 2, sampleMs: 200, watchMs: 400, connections: 100 };
  }
  const wanted = rounds ?? AIMS_ROUNDS;
  const enough = aims ? Math.max(AIMS_ROUNDS, wanted) : wanted;
  return { rounds: enough, sampleMs: 1000, watchMs: 5000, connections: 1000 };
}

/** A row of some contestants only, with the aims that can still be judged. */
function narrow(row: Row, of: readonly string[]): Row[] {
  const isIn = (name: string) => of.some((beginning) => name.startsWith(beginning));
  const contestants = row.contestants.filter(isIn);
  const aims = row.aims.filter(
    ({ contestant, than }) => isIn(contestant) && isIn(than ?? contestant),
  );
  return contestants.length > 0 ? [{ ...row, contestants, aims }] : [];
}

function listAfter(flags: readonly string[], beginning: string): string[] {
  const flag = flags.find((each) => each.startsWith(beginning));
  return flag === undefined ? [] : flag.slice(beginning.length).split(",");
}
