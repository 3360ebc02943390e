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
 * @typedef {{ status: string, title: string, fullName: string }} Assertion
 * @typedef {{ name: string, status: string, assertionResults: Assertion[] }} FileReport
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
  const failedTests = tests.filter((test) => test.status === "failed").length;
  // A file that fails to load, or a hook that throws, has no failed test to its name.
  const failedFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  ).length;
  const skips = tests.filter((test) => !["passed", "failed"].includes(test.status));
  const result = {
    name,
    passed,
    failed: failedTests + failedFiles,
    skipped: skips.length,
    seconds,
    skips: skips.map((test) => test.fullName),
  };
  if (code === 0 || result.failed > 0) return result;
  const note = tests.length === 0 ? "no test ran" : "an error outside the tests";
  return { ...result, failed: 1, note };
}
