/**
 * @module
 */

import { expect, test } from "vitest";
import { NotAvailableError } from "./link.ts";
import { ownRatio } from "./own-ratio.ts";
import type { RowResult } from "./results.ts";
import type { Row, Settings } from "./rows/row.ts";
import type { Progress } from "./run.ts";
import { runRows } from "./run.ts";

const SETTINGS: Settings = { rounds: 3, sampleMs: 1, watchMs: 1, connections: 1 };
const SILENT: Progress = { step() {}, row() {} };

/** A row that starts no process; `measure` gives the figure of a contestant's round. */
function fakeRow(measure: (contestant: string, round: number) => number, more: Partial<Row> = {}) {
  const rounds = new Map<string, number>();
  const row: Row = {
    name: "fake",
    title: "Fake",
    metrics: [{ key: "rate", title: "rate", unit: "/s" }],
    contestants: ["a", "b", "c"],
    aims: [],
    prepare: async (contestant) => async () => {
      const round = (rounds.get(contestant) ?? 0) + 1;
      rounds.set(contestant, round);
      return { rate: measure(contestant, round) };
    },
    ...more,
  };
  return row;
}

test("every contestant has its turn in each round, in order", async () => {
  const turns: string[] = [];
  const row = fakeRow((contestant, round) => turns.push(`${contestant}${round}`));
  const [result] = await runRows([row], SETTINGS, SILENT);
  expect(turns.join(" ")).toBe("a1 b1 c1 a2 b2 c2 a3 b3 c3");
  expect(result?.cells[1]).toEqual({ contestant: "b", samples: { rate: [2, 5, 8] } });
});

test("a long row has no more rounds than it needs", async () => {
  const [result] = await runRows(
    [fakeRow((_, round) => round, { maxRounds: 2 })],
    SETTINGS,
    SILENT,
  );
  expect(result?.cells[0]?.samples).toEqual({ rate: [1, 2] });
});

test("who can't be measured here is skipped with the reason, the others go on", async () => {
  const row = fakeRow((_, round) => round);
  const prepare: Row["prepare"] = async (contestant, ...rest) => {
    if (contestant === "b") throw new NotAvailableError("needs Go");
    return row.prepare(contestant, ...rest);
  };
  const [result] = await runRows([{ ...row, prepare }], SETTINGS, SILENT);
  expect(result?.cells[1]).toEqual({ contestant: "b", samples: {}, skipped: "needs Go" });
  expect(result?.cells[2]?.samples.rate).toHaveLength(3);
});

test("who fails in a later round loses its figures: rounds would no longer match", async () => {
  const row = fakeRow((contestant, round) => {
    if (contestant === "a" && round === 2) throw new Error("it broke");
    return round;
  });
  const [result] = await runRows([row], SETTINGS, SILENT);
  expect(result?.cells[0]).toEqual({ contestant: "a", samples: {}, skipped: "failed: it broke" });
});

test("each row is told when it is complete", async () => {
  const told: string[] = [];
  const progress: Progress = { ...SILENT, row: ({ name }) => told.push(name) };
  const rows = [fakeRow(() => 1), fakeRow(() => 1, { name: "second" })];
  await runRows(rows, SETTINGS, progress);
  expect(told).toEqual(["fake", "second"]);
});

test("ours is divided by each of the others, over WebSocket by those over WebSocket", () => {
  const cell = (contestant: string, rate: number) => ({ contestant, samples: { rate: [rate] } });
  const row: RowResult = {
    name: "row",
    title: "Row",
    metrics: [{ key: "rate", title: "rate", unit: "/s" }],
    aims: [],
    cells: [
      cell("peerkit-tcp", 100),
      cell("peerkit-ws", 60),
      cell("libp2p-tcp", 20),
      cell("raw-ws-corked", 30),
    ],
  };
  expect(ownRatio(row, "libp2p-tcp")?.median).toBe(5);
  expect(ownRatio(row, "raw-ws-corked")?.median).toBe(2);
  expect(ownRatio(row, "peerkit-ws")).toBeUndefined();
  expect(ownRatio(row, "devp2p")).toBeUndefined();
});
