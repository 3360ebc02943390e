/**
 * `npm run check`: format, lint, types, bundles and their size, packaging, dead code. Runs every
 * step, also after one has failed.
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, tool } from "./lib/run.mjs";
import { install, prune } from "./lib/setup.mjs";

await install();
prune();
// Only now: these stand on dependencies that a fresh clone doesn't have at the first line.
const { packAll, strayFiles, tryInNode, tryInPage } = await import("./lib/outside.mjs");
const { measure } = await import("./lib/sizes.mjs");
const { kernelFaults } = await import("./lib/kernel.mjs");
const { faults } = await import("./lib/repository.mjs");
const { bundle } = await import("./lib/bundle.mjs");

/** @typedef {import("./lib/outside.mjs").Packed} Packed */

const folder = mkdtempSync(join(tmpdir(), "peerkit-check-"));
/** @type {readonly Packed[]} */
let packed = [];
let failures = 0;

await step("format and lint", () => call("biome", "check", "--error-on-warnings"));
await step("types of the packages", () => call("tsc", "-b", "--force"));
await step("types of tests and scripts", () => call("tsc", "-p", "packages/tsconfig.tests.json"));
await step("the frame kernel is built from its source", async () => failIf(await kernelFaults()));
await step("the demo builds", () => call("vite", "build", "demo-web", "--logLevel", "warn"));
await step("bundles: nothing of Node, within budget", checkSizes);
await step("a page that imports what a page can't do is refused", checkFences);
await step("packages pack", checkPacking);
await step("publint", () => each((file) => call("publint", "--strict", file)));
await step("types resolve (attw)", () =>
  each((file) => call("attw", "--profile", "esm-only", "--no-emoji", file)),
);
await step("from outside: Node", () => tryInNode(packed));
await step("from outside: a page", () => tryInPage(packed));
await step("no dead code (knip)", () => call("knip", "--no-progress"));
await step("repository", async () => failIf(await faults()));

rmSync(folder, { recursive: true, force: true });
console.log(failures === 0 ? "\nAll checks passed." : `\n${failures} checks failed.`);
process.exitCode = failures === 0 ? 0 : 1;

/**
 * Runs one step and prints how it went, with what it has to say.
 * @param {string} title
 * @param {() => Promise<string | void>} action Rejects to fail; resolves to lines worth showing.
 */
async function step(title, action) {
  const started = performance.now();
  let mark = "✓";
  let said = "";
  try {
    said = (await action()) ?? "";
  } catch (error) {
    mark = "✗";
    failures += 1;
    said = error instanceof Error ? error.message : String(error);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${mark} ${title} (${seconds} s)`);
  if (said) console.log(said.replace(/^/gm, "    "));
}

/**
 * @param {Parameters<typeof tool>[0]} name
 * @param {...string} args
 */
async function call(name, ...args) {
  await must(process.execPath, [tool(name), ...args]);
}

/** @param {(tarball: string) => Promise<void>} action */
async function each(action) {
  if (packed.length === 0) throw new Error("nothing was packed");
  for (const { tarball } of packed) await action(tarball);
}

async function checkSizes() {
  const sizes = await measure();
  const lines = sizes.map(({ what, bytes, budget }) => {
    const [size, limit] = [bytes, budget].map((n) => `${(n / 1000).toFixed(1)} kB`.padStart(9));
    return `${what.padEnd(28)}${size} of ${limit} gzipped${bytes > budget ? ": too much" : ""}`;
  });
  if (sizes.some(({ bytes, budget }) => bytes > budget)) throw new Error(lines.join("\n"));
  return lines.join("\n");
}

async function checkFences() {
  await checkFence("@peerkit/tcp", "tcp");
  await checkFence("@peerkit/relay/server", "createRelay");
  await checkFence("@peerkit/relay/testing", "directoryConformance");
  await checkFence("@peerkit/relay-nats", "natsDirectory");
}

/**
 * @param {string} from
 * @param {string} name
 */
async function checkFence(from, name) {
  const failure = await bundle(`export { ${name} } from "${from}";`).then(
    () => undefined,
    (error) => String(error),
  );
  if (!failure) throw new Error(`vite bundled ${from} for a page`);
  if (!/MISSING_EXPORT|not exported/.test(failure)) throw new Error(failure);
}

async function checkPacking() {
  packed = await packAll(folder);
  failIf(packed.flatMap(strayFiles));
}

/** @param {readonly string[]} reasons */
function failIf(reasons) {
  if (reasons.length > 0) throw new Error(reasons.join("\n"));
}
