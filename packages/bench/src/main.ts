/**
 * `npm run bench`: measures, prints a table, keeps the figures in a file.
 * @module
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Args } from "./args.ts";
import { isPartial, onlyWrites, parseArgs, selectRows, settingsOf, USAGE } from "./args.ts";
import { documentFiles } from "./document.ts";
import { describeMachine } from "./machine.ts";
import { hasMiss, reportMachine, reportRow, reportSums } from "./report.ts";
import type { Results, RowResult } from "./results.ts";
import { ROWS } from "./rows/all.ts";
import type { Progress } from "./run.ts";
import { runRows } from "./run.ts";

const ROOT = new URL("../../../", import.meta.url);
/** The figures of the last whole run, and those of the last one of some rows. */
const WHOLE = new URL(".peerkit/bench.json", ROOT);
const PARTIAL = new URL(".peerkit/bench-partial.json", ROOT);

const argv = process.argv.slice(2);
if (argv.includes("--help")) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const args = understand();
  if (args === undefined) return;
  const results = onlyWrites(args) ? lastResults() : await measure(args);
  if (results === undefined) return;
  if (args.write) writeDocument(results);
  if (args.aims && hasMiss(results.rows)) process.exitCode = 1;
}

function understand(): Args | undefined {
  try {
    const args = parseArgs(argv);
    selectRows(ROWS, args);
    return args;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
    return undefined;
  }
}

async function measure(args: Args): Promise<Results> {
  const settings = settingsOf(args);
  const started = new Date();
  const machine = await describeMachine();
  console.log(reportMachine(machine));
  const file = isPartial(args) ? PARTIAL : WHOLE;
  const rows: RowResult[] = [];
  const results = (): Results => ({
    started: started.toISOString(),
    minutes: Math.round((Date.now() - started.getTime()) / 6000) / 10,
    settings,
    machine,
    rows,
  });
  await runRows(selectRows(ROWS, args), settings, {
    step,
    row(result) {
      step("");
      console.log(reportRow(result));
      rows.push(result);
      // After each row: what was measured stays even if the run is ended.
      save(file, `${JSON.stringify(results(), null, 1)}\n`);
    },
  } satisfies Progress);
  console.log(`\n${reportSums(rows)}\nfigures: ${fileURLToPath(file)}`);
  return results();
}

/** Shows what happens now, on a line that the next one replaces. */
function step(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}

function lastResults(): Results | undefined {
  if (existsSync(WHOLE)) return JSON.parse(readFileSync(WHOLE, "utf8"));
  console.error("There was no whole run yet: npm run bench -- --aims --write");
  process.exitCode = 2;
  return undefined;
}

function writeDocument(results: Results): void {
  for (const [path, text] of documentFiles(results)) save(new URL(path, ROOT), text);
  console.log("written: docs/performance.md");
}

function save(path: URL, text: string): void {
  mkdirSync(dirname(fileURLToPath(path)), { recursive: true });
  writeFileSync(path, text);
}
