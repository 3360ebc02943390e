/**
 * `npm run docs`: brings quotes and tables of options in the READMEs up to date.
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib/run.mjs";
import { install } from "./lib/setup.mjs";

await install();
// Only now: it stands on a dependency that a fresh clone doesn't have at the first line.
const { DOCUMENTS, upToDate } = await import("./lib/documents.mjs");

for (const path of DOCUMENTS) {
  const file = join(ROOT, path);
  const before = readFileSync(file, "utf8");
  const after = upToDate(before, ROOT);
  if (after === before) continue;
  writeFileSync(file, after);
  console.log(`${path}: brought up to date`);
}
