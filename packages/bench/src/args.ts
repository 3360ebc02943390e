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
}

/** What `--help` prints. */
export const USAGE = `npm run bench [-- name …] [-- --aims] [-- --quick] [-- --rounds=N] [-- --write]

  name       only the rows whose name begins so
  --aims     the rows that have an aim, in at least 7 rounds; exit code 1 if one is missed
  --quick    two short rounds: shows that it works, but gives no verdict
  --rounds=N so many rounds instead of 7
  --write    writes docs/performance.md and its plots, from this run; with nothing else, from the
             last one. With --aims all rows are measured`;

/** The fewest rounds with which the interval of a verdict holds the true median in 98 of 100 runs. */
const AIMS_ROUNDS = 7;

/** @throws RangeError for an option that isn't known. */
export function parseArgs(argv: readonly string[]): Args {
  const names = argv.filter((arg) => !arg.startsWith("--"));
  const flags = argv.filter((arg) => arg.startsWith("--"));
  const rounds = flags.find((flag) => flag.startsWith("--rounds="));
  const unknown = flags.find(
    (flag) => flag !== rounds && !["--aims", "--quick", "--write"].includes(flag),
  );
  if (unknown !== undefined) throw new RangeError(`unknown option ${unknown}\n${USAGE}`);
  const number = rounds === undefined ? undefined : Number(rounds.slice("--rounds=".length));
  if (number !== undefined && !(Number.isSafeInteger(number) && number > 0)) {
    throw new RangeError(`--rounds expected an integer from 1\n${USAGE}`);
  }
  const has = (flag: string) => flags.includes(flag);
  return {
    names,
    aims: has("--aims"),
    quick: has("--quick"),
    write: has("--write"),
    rounds: number,
  };
}

/** Whether it only asks to write what the last run found. */
export function onlyWrites({ names, aims, quick, write, rounds }: Args): boolean {
  return write && names.length === 0 && !aims && !quick && rounds === undefined;
}

/** The rows that are asked for. @throws RangeError when none has such a name. */
export function selectRows(rows: readonly Row[], { names, aims, write }: Args): readonly Row[] {
  const named = (row: Row) => names.some((name) => row.name.startsWith(name));
  const exact = (row: Row) => names.includes(row.name);
  const chosen = rows.filter((row) => {
    if (names.length > 0) return row.onlyByName === true ? exact(row) : named(row);
    if (row.onlyByName === true) return write;
    return !aims || write || row.aims.length > 0;
  });
  if (chosen.length > 0) return chosen;
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
