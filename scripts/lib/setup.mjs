/**
 * Makes a fresh clone ready: the right Node, the dependencies, the build. Plain Node, since nothing
 * is installed yet when it starts.
 * @module
 */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { npm, ROOT, run, tool } from "./run.mjs";

const NODE_MINIMUM = [20, 19];

/** File systems and archives round times; a lock written together with the modules isn't newer. */
const CLOCK_SLACK_MS = 5_000;

/** Installs what the lock names when it isn't there yet. Ends the process when that fails. */
export async function install() {
  checkNode();
  const installed = modified(join(ROOT, "node_modules/.package-lock.json"));
  if (installed + CLOCK_SLACK_MS >= modified(join(ROOT, "package-lock.json"))) return;
  say("Installing the dependencies (npm ci); the first time takes a minute or so …");
  const [program, args] = npm();
  stopUnless(
    await run(program, [...args, "ci", "--include=dev", "--no-audit", "--no-fund"]),
    "npm ci",
  );
}

/**
 * Compiles the packages and bundles the demo, as far as they changed. Ends the process on failure.
 * @param {{ force?: boolean }} [options] `force`: the demo too, changed or not.
 */
export async function build({ force = false } = {}) {
  say("Building the packages …");
  prune();
  stopUnless(await run(process.execPath, [tool("tsc"), "-b"]), "tsc -b");
  if (!force && !isDemoStale()) return;
  say("Building the demo …");
  const args = [tool("vite"), "build", "demo-web", "--logLevel", "warn"];
  stopUnless(await run(process.execPath, args), "vite build demo-web");
}

/** Removes what an earlier build made of sources that are gone: it would be packed, and found. */
export function prune() {
  for (const name of readdirSync(join(ROOT, "packages"))) {
    const [source, output] = ["src", "dist"].map((part) => join(ROOT, "packages", name, part));
    if (!source || !output || !existsSync(output)) continue;
    for (const file of readdirSync(output, { recursive: true, encoding: "utf8" })) {
      const origin = file.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
      if (origin !== file && !existsSync(join(source, origin))) rmSync(join(output, file));
    }
  }
}

/**
 * One line about what happens now.
 * @param {string} text
 */
export function say(text) {
  console.log(`› ${text}`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = NODE_MINIMUM;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  console.error(
    `peerkit needs Node ${NODE_MINIMUM.join(".")} or newer; this is ${process.version}.`,
  );
  process.exit(1);
}

function isDemoStale() {
  const built = modified(join(ROOT, "demo-web/dist/index.html"));
  const packages = readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}/src`);
  return ["demo-web", ...packages].some((folder) => newest(join(ROOT, folder)) > built);
}

/**
 * When a source file under `folder` last changed, in milliseconds.
 * @param {string} folder
 * @returns {number}
 */
function newest(folder) {
  if (!existsSync(folder)) return 0;
  const times = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !["dist", "dist-types", "node_modules", "test"].includes(entry.name))
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : modified(path);
    });
  return Math.max(0, ...times);
}

/**
 * When a file last changed, in milliseconds; 0 if it isn't there.
 * @param {string} path
 */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {number} code
 * @param {string} what
 */
function stopUnless(code, what) {
  if (code === 0) return;
  console.error(`\n✗ ${what} failed (exit code ${code}).`);
  process.exit(code);
}
