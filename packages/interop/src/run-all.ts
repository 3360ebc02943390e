/**
 * Runs cases against peers, the long waits beside the rest.
 * @module
 */

import type { Case, CaseResult, PeerKind } from "./case.ts";
import { DIRECTIONS, runCase } from "./case.ts";
import { GoMissingError } from "./geth-process.ts";
import type { PeerPrograms } from "./peers.ts";
import { PEERS } from "./peers.ts";

/** What is told while it runs. */
export interface Progress {
  /** All programs that can run do: their names and versions. Rows follow. */
  begin(programs: readonly string[]): void;
  result(row: CaseResult): void;
}

/**
 * Runs every case against every peer in both directions. Rows come as they are ready; cases that
 * wait come last. A peer that can't run here gets rows that say so. Ends all programs in any case.
 */
export async function runAll(
  cases: readonly Case[],
  kinds: readonly PeerKind[],
  progress: Progress,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const tell = (row: CaseResult) => {
    results.push(row);
    progress.result(row);
  };
  const background = cases.filter((each) => each.background);
  const quick = cases.filter((each) => !each.background);
  const started = new Map<PeerKind, PeerPrograms>();
  try {
    const missing: CaseResult[] = [];
    for (const kind of kinds) {
      const programs = await startPeer(kind).catch((error: unknown) => {
        missing.push(...rowsWithout(kind, cases, error));
      });
      if (programs !== undefined) started.set(kind, programs);
    }
    progress.begin([...started.values()].map(({ program }) => program));
    for (const row of missing) tell(row);

    const sides = [...started].flatMap(([kind, programs]) =>
      DIRECTIONS.map((direction) => ({ kind, direction, programs })),
    );
    const run = (each: Case, { kind, direction, programs }: (typeof sides)[number]) =>
      runCase(each, kind, direction, programs.for(each));
    const waiting = sides.flatMap((side) => background.map((each) => run(each, side)));
    for (const side of sides) for (const each of quick) tell(await run(each, side));
    for (const row of waiting) tell(await row);
  } finally {
    await Promise.all([...started.values()].map((programs) => programs.stop()));
  }
  return results;
}

async function startPeer(kind: PeerKind): Promise<PeerPrograms> {
  const start = PEERS.get(kind);
  if (start === undefined) throw new RangeError(`"kind" expected a known peer, got ${kind}`);
  return start();
}

/** The rows of a peer that doesn't run: each says why. */
function rowsWithout(kind: PeerKind, cases: readonly Case[], error: unknown): CaseResult[] {
  const why =
    error instanceof GoMissingError
      ? ({ result: "skipped", note: error.message } as const)
      : ({ result: "failed", error } as const);
  return DIRECTIONS.flatMap((direction) =>
    cases.map(({ title }) => ({ kind, direction, title, ms: 0, ...why })),
  );
}
