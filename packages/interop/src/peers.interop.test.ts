/**
 * The cases of the table as tests.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { needs } from "../../../scripts/needs.mjs";
import type { Case, CaseResult, Direction, PeerKind } from "./case.ts";
import { DIRECTIONS, runCase } from "./case.ts";
import { cases } from "./cases/all.ts";
import type { PeerPrograms } from "./peers.ts";
import { PEERS } from "./peers.ts";

/** A first build of the Go program fetches and compiles go-ethereum. In ms. */
const START_TIMEOUT = 600_000;

const go = needs("go");
const started = new Map<PeerKind, PeerPrograms>();
const waiting = new Map<string, Promise<CaseResult>>();

/** Why the tests against a peer can't run here. */
const lack = (kind: PeerKind) => (kind === "go-ethereum" ? go : { missing: false, note: "" });

// What a peer can't do at all is no test that waits to be run: the table lists it.
const possible = (kind: PeerKind, direction: Direction) =>
  cases.filter((each) => each.skip?.(kind, direction) === undefined);

// All programs first, so that all long waits share one and the same time.
beforeAll(async () => {
  for (const [kind, start] of PEERS) {
    if (lack(kind).missing) continue;
    started.set(kind, await start());
    for (const direction of DIRECTIONS) {
      for (const each of possible(kind, direction).filter((c) => c.background)) {
        waiting.set(key(kind, direction, each), run(each, kind, direction));
      }
    }
  }
}, START_TIMEOUT);

afterAll(async () => {
  await Promise.all([...started.values()].map((programs) => programs.stop()));
});

for (const background of [false, true]) {
  for (const kind of PEERS.keys()) {
    const { missing, note } = lack(kind);
    describe.skipIf(missing)(`against ${kind}${note}`, () => {
      for (const direction of DIRECTIONS) {
        const here = possible(kind, direction);
        for (const each of here.filter((c) => (c.background ?? false) === background)) {
          const timeout = each.timeoutMs + 15_000;
          test(`${direction}: ${each.title}`, { timeout }, async () => {
            const begun = waiting.get(key(kind, direction, each));
            // A second attempt begins anew.
            waiting.delete(key(kind, direction, each));
            const row = await (begun ?? run(each, kind, direction));
            if (row.error !== undefined) throw row.error;
            expect(row.result).toBe("passed");
          });
        }
      }
    });
  }
}

function run(each: Case, kind: PeerKind, direction: Direction): Promise<CaseResult> {
  const programs = started.get(kind);
  if (programs === undefined) throw new Error(`${kind} isn't running`);
  return runCase(each, kind, direction, programs.for(each));
}

function key(kind: PeerKind, direction: Direction, each: Case): string {
  return `${kind} ${direction} ${each.title}`;
}
