/**
 * @module
 */

import { describe, expect, test } from "vitest";
import { isPartial, onlyWrites, parseArgs, selectRows, settingsOf } from "./args.ts";
import { ROWS } from "./rows/all.ts";
import { calibrate } from "./rows/calibrate.ts";
import type { Aim, Row } from "./rows/row.ts";

const AIM: Aim = { contestant: "peerkit-tcp", metric: "rate", atLeast: 1 };
const row = (name: string, more: Partial<Row> = {}): Row => ({
  name,
  title: name,
  metrics: [],
  contestants: [],
  aims: [AIM],
  prepare: async () => async () => ({}),
  ...more,
});
const rows = [row("idle"), row("idle-10000", { onlyByName: true }), row("sizes", { aims: [] })];
const namesFor = (...argv: string[]) => selectRows(rows, parseArgs(argv)).map(({ name }) => name);

describe("which rows", () => {
  test("without a name: all but those that must be named", () => {
    expect(namesFor()).toEqual(["idle", "sizes"]);
  });

  test("a name takes those that begin so, a long one only by its whole name", () => {
    expect(namesFor("id")).toEqual(["idle"]);
    expect(namesFor("idle-10000")).toEqual(["idle-10000"]);
  });

  test("--aims takes those that have one, --write all", () => {
    expect(namesFor("--aims")).toEqual(["idle"]);
    expect(namesFor("--aims", "--write")).toEqual(["idle", "idle-10000", "sizes"]);
  });

  test("an unknown name is refused with the known ones", () => {
    expect(() => namesFor("nothing")).toThrow(/there are idle, idle-10000, sizes/);
  });
});

test("--of keeps contestants by the beginning of their names, and the aims among them", () => {
  const aims: Aim[] = [AIM, { ...AIM, than: "raw-tcp" }, { ...AIM, than: "devp2p" }];
  const contestants = ["peerkit-tcp", "raw-tcp", "raw-ws", "devp2p"];
  const all = [row("one", { contestants, aims }), row("two", { contestants: ["devp2p"] })];
  expect(selectRows(all, parseArgs(["--of=peerkit,raw-tcp"]))).toMatchObject([
    { name: "one", contestants: ["peerkit-tcp", "raw-tcp"], aims: aims.slice(0, 2) },
  ]);
});

test("--aims measures at least seven rounds, --quick few short ones", () => {
  expect(settingsOf(parseArgs(["--aims", "--rounds=3"])).rounds).toBe(7);
  expect(settingsOf(parseArgs(["--aims", "--rounds=9"])).rounds).toBe(9);
  expect(settingsOf(parseArgs(["--quick"])).rounds).toBe(2);
  expect(settingsOf(parseArgs(["--rounds=3"])).rounds).toBe(3);
});

test("an unknown option and a wrong number are refused", () => {
  expect(() => parseArgs(["--fast"])).toThrow(/--fast/);
  expect(() => parseArgs(["--rounds=0"])).toThrow(RangeError);
  expect(() => parseArgs(["--rounds=many"])).toThrow(RangeError);
});

test("a run of some rows, of some contestants or a quick one isn't a whole one", () => {
  for (const arg of ["idle", "--of=raw", "--quick"]) {
    expect(isPartial(parseArgs([arg, "--write"]))).toBe(true);
  }
  expect(isPartial(parseArgs(["--aims"]))).toBe(true);
  expect(isPartial(parseArgs([]))).toBe(false);
  expect(isPartial(parseArgs(["--aims", "--write", "--rounds=9"]))).toBe(false);
});

test("--write alone measures nothing", () => {
  expect(onlyWrites(parseArgs(["--write"]))).toBe(true);
  expect(onlyWrites(parseArgs(["--write", "--aims"]))).toBe(false);
  expect(onlyWrites(parseArgs(["--write", "idle"]))).toBe(false);
});

describe("the real rows", () => {
  test("have names of their own", () => {
    expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  });

  test.each(ROWS.map((each) => [each.name, each] as const))(
    "%s aims only at what it measures",
    (_, { aims, contestants, metrics }) => {
      for (const { contestant, than, metric, atLeast, atMost } of aims) {
        expect(contestants).toContain(contestant);
        if (than !== undefined) expect(contestants).toContain(than);
        expect(metrics.map(({ key }) => key)).toContain(metric);
        expect([atLeast, atMost].filter((limit) => limit !== undefined)).toHaveLength(1);
      }
    },
  );
});

describe("calibrate", () => {
  test("finds the count that takes the time", async () => {
    const sample = async (count: number) => ({ seconds: count * 0.00001 });
    expect(await calibrate(1000, sample)).toBe(100_000);
  });

  test("ends for what takes no time that could be seen, and for what takes long", async () => {
    let most = 0;
    const fast = async (count: number) => {
      most = Math.max(most, count);
      return { seconds: count < 1e6 ? 0 : 1 };
    };
    expect(await calibrate(1000, fast)).toBeGreaterThanOrEqual(1e6);
    expect(most).toBeLessThan(1e7);
    expect(await calibrate(100, async () => ({ seconds: 10 }))).toBe(1);
  });
});
