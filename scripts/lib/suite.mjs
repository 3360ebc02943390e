/**
 * Runs one vitest suite and counts what came of it.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tool } from "./run.mjs";

/**
 * @typedef {object} SuiteResult
 * @property {string} name
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {number} seconds
 * @property {string[]} skips The titles of the skipped tests.
 * @property {string[]} failures The titles of the failed tests, each with what went wrong.
 * @property {string[]} unsteady The titles of those that passed at the second attempt, in the same way.
 * @property {string} [note] What the numbers don't say.
 */

/**
 * Runs vitest with these arguments under a Node; its own output is passed through.
 * @param {string} name
 * @param {readonly string[]} args
 * @param {{ node?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<SuiteResult>}
 */
export async function runSuite(name, args, { node = process.execPath, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "peerkit-test-"));
  const report = join(folder, "report.json");
  const started = performance.now();
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await run(node, [tool("vitest"), "run", ...args, ...reporters], { env });
    const seconds = (performance.now() - started) / 1000;
    return count(name, code, seconds, readReport(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @typedef {{ status: string, title: string, fullName: string, failureMessages: string[] }} Assertion
 * @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} FileReport
 */

/**
 * @param {string} path
 * @returns {FileReport[]}
 */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).testResults;
  } catch {
    // vitest ended before it could report; its exit code says so too.
    return [];
  }
}

/**
 * @param {string} name
 * @param {number} code
 * @param {number} seconds
 * @param {readonly FileReport[]} files
 * @returns {SuiteResult}
 */
function count(name, code, seconds, files) {
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const failedTests = tests.filter((test) => test.status === "failed");
  // A file that fails to load, or a hook that throws, has no failed test to its name.
  const failedFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  );
  // Who passed and has a failure on record was given a second attempt.
  const unsteady = tests.filter((t) => t.status === "passed" && t.failureMessages.length > 0);
  const skips = tests.filter((test) => !["passed", "failed"].includes(test.status));
  const result = {
    name,
    passed,
    failed: failedTests.length + failedFiles.length,
    skipped: skips.length,
    seconds,
    skips: skips.map((test) => test.fullName),
    failures: [
      ...failedTests.map(withCause),
      ...failedFiles.map((file) => `${file.name}\n${file.message}`),
    ],
    unsteady: unsteady.map(withCause),
  };
  if (code === 0 || result.failed > 0) return result;
  const note = tests.length === 0 ? "no test ran" : "an error outside the tests";
  return { ...result, failed: 1, note };
}

/**
 * A test's title, and under it how its first failure begins and ends.
 * @param {Assertion} test
 */
function withCause({ fullName, failureMessages }) {
  const lines = (failureMessages[0] ?? "").split("\n");
  const between = lines.length - 2 * CAUSE_LINES;
  if (between > 0) lines.splice(CAUSE_LINES, between, "…");
  return [fullName, ...lines].join("\n");
}

/** Enough for a message and the place it came from; what a process said last is at the other end. */
const CAUSE_LINES = 12;
