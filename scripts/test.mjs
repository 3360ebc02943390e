/**
 * `npm test`: sets everything up and runs all suites; the last line has the sums. Arguments after
 * `--` go to vitest (a subset, under this Node only); `--install` brings what is missing.
 * @module
 */
import { installTools } from "./lib/apt.mjs";
import { fetchNode, otherMajors } from "./lib/nodes.mjs";
import { IN_CI } from "./lib/run.mjs";
import { build, install, say } from "./lib/setup.mjs";
import { runSuite } from "./lib/suite.mjs";
import { installCommand, lookUp, TOOLS } from "./lib/tools.mjs";

/** @typedef {import("./lib/suite.mjs").SuiteResult} SuiteResult */

const vitestArgs = process.argv.slice(2).filter((arg) => arg !== "--install");
const mayInstall = IN_CI || process.argv.includes("--install");

await install();
const env = await findTools();
await build();
const results =
  vitestArgs.length > 0 ? [await runSuite("subset", vitestArgs, { env })] : await all();
printTable(results);
const [passed, failed, skipped] = [sum("passed"), sum("failed"), sum("skipped")];
const isWhole = vitestArgs.length === 0;
if (IN_CI && isWhole && skipped > 0) console.log("\n✗ With CI=true nothing may be skipped.");
if (isWhole && passed === 0) console.log("\n✗ No test passed.");
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || (isWhole && (passed === 0 || (IN_CI && skipped > 0))) ? 1 : 0;

/** Looks for the browsers and the rest, installs them where allowed, says what is missing. */
async function findTools() {
  const missing = TOOLS.filter((tool) => lookUp(tool.name).path === undefined);
  if (missing.length > 0 && mayInstall) await installTools(missing);
  /** @type {Record<string, string | undefined>} */
  const paths = {};
  for (const { name, title, variable, packages } of TOOLS) {
    const { path } = lookUp(name);
    paths[variable] = path;
    if (path) console.log(`  ${title}: ${path}`);
    else console.log(`  ${title}: missing; to have it: ${installCommand(packages)}`);
  }
  return paths;
}

/** Every suite, one after the other; the suite `node` also under the other Node versions. */
async function all() {
  /** @type {SuiteResult[]} */
  const done = [];
  for (const suite of ["node", "browser", "e2e", "interop"]) {
    done.push(await one(suite));
  }
  for (const major of otherMajors()) done.push(await underNode(major));
  return done;
}

/** @param {string} suite */
async function one(suite) {
  if (suite === "browser" && !lookUp("chromium").path) {
    return skippedSuite(suite, `needs ${lookUp("chromium").title}`);
  }
  say(`Suite ${suite} …`);
  const label = suite === "node" ? `node (${process.version})` : suite;
  // A browser project's name carries its browser: "browser (chromium)".
  return runSuite(label, ["--project", suite === "browser" ? "browser*" : suite], { env });
}

/** @param {number} major */
async function underNode(major) {
  const label = `node (v${major})`;
  if (!mayInstall) return skippedSuite(label, "npm test -- --install runs it");
  say(`Suite node under Node ${major} …`);
  try {
    const node = await fetchNode(major);
    return await runSuite(label, ["--project", "node"], { node, env });
  } catch (error) {
    console.error(error);
    const failures = [`${label} could not be run: ${error}`];
    return { ...skippedSuite(label, "could not be run"), failed: 1, skipped: 0, failures };
  }
}

/**
 * @param {string} name
 * @param {string} note
 * @returns {SuiteResult}
 */
function skippedSuite(name, note) {
  const counts = { passed: 0, failed: 0, skipped: 1, seconds: 0 };
  return { name, ...counts, skips: [`all of ${name}`], failures: [], unsteady: [], note };
}

/** @param {"passed" | "failed" | "skipped"} key */
function sum(key) {
  return results.reduce((total, suite) => total + suite[key], 0);
}

/** @param {readonly SuiteResult[]} suites */
function printTable(suites) {
  for (const { name, skips, unsteady } of suites) {
    for (const title of skips) console.log(`  skipped in ${name}: ${title}`);
    for (const text of unsteady) console.log(`\n! at the second attempt only, in ${name}: ${text}`);
  }
  console.log(`\n${row("suite", "passed", "failed", "skipped", "seconds")}`);
  for (const { name, passed, failed, skipped, seconds, note } of suites) {
    const line = row(name, `${passed}`, `${failed}`, `${skipped}`, seconds.toFixed(1));
    console.log(`${line}${note ? `  ${note}` : ""}`);
  }
  // Last, where whoever reads the end of a long log finds it.
  for (const { name, failures } of suites) {
    for (const text of failures) console.log(`\n✗ failed in ${name}: ${text}`);
  }
}

/**
 * @param {string} name
 * @param {...string} numbers
 */
function row(name, ...numbers) {
  return `${name.padEnd(20)}${numbers.map((number) => number.padStart(9)).join("")}`;
}
