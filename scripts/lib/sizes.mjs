/**
 * How many bytes a page loads, against the budgets.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle, findNode } from "./bundle.mjs";
import { ROOT } from "./run.mjs";

/** @typedef {{ what: string, bytes: number, budget: number }} Size */

/**
 * Budgets in bytes, minified and gzipped. Each is a little above what was measured, so that growth
 * is a decision.
 */
const BUDGETS = { core: 48_000, both: 51_000, lazy: 20_000, demo: 120_000 };

/**
 * Bundles the built packages and sums up the built demo. Rejects if something of Node is in one.
 * @returns {Promise<Size[]>}
 */
export async function measure() {
  const core = await measurePage(`export * from "@peerkit/core";`);
  const both = await measurePage(`export * from "@peerkit/core"; export * from "@peerkit/ws";`);
  return [
    { what: "@peerkit/core", bytes: core.gzip, budget: BUDGETS.core },
    { what: "@peerkit/core + @peerkit/ws", bytes: both.gzip, budget: BUDGETS.both },
    { what: "loaded when wanted", bytes: both.lazyGzip, budget: BUDGETS.lazy },
    { what: "the demo page", bytes: measureDemo(), budget: BUDGETS.demo },
  ];
}

/** @param {string} text */
async function measurePage(text) {
  const { code, gzip, lazyGzip } = await bundle(text);
  const found = findNode(code);
  if (found.length > 0) throw new Error(`something of Node in ${text}\n${found.join("\n")}`);
  return { gzip, lazyGzip };
}

function measureDemo() {
  const folder = join(ROOT, "demo-web/dist");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}
