/**
 * What must not get into the repository: a registry's address, a path of someone's machine.
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { missingEntries, readLock } from "./lock.mjs";
import { PUBLIC_PACKAGES } from "./outside.mjs";
import { must, ROOT } from "./run.mjs";

/** Absolute paths that only one machine has; `/tmp/` and the like mean something everywhere. */
const MACHINE_PATH = /(?<![\w.@~-])\/(?:home|root|work|Users)\/[\w.-]+\/[\w.-]+/;

/**
 * What is wrong with the files that git tracks or would track; empty when nothing is.
 * @returns {Promise<string[]>}
 */
export async function faults() {
  const faults = lockFaults();
  for (const file of await textFiles()) {
    const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
    for (const [index, line] of lines.entries()) {
      const path = MACHINE_PATH.exec(line)?.[0];
      if (path) faults.push(`${file}:${index + 1} names a path of a machine: ${path}`);
    }
  }
  return [...faults, ...copies()];
}

function lockFaults() {
  const lock = readLock();
  const named = Object.values(lock.packages).some(({ resolved }) => resolved?.startsWith("http"));
  const missing = missingEntries(lock).map(([path]) => path);
  return [
    ...(named ? ["package-lock.json names a registry's address"] : []),
    ...(missing.length ? [`package-lock.json lacks ${missing}; npm run lock completes it`] : []),
  ];
}

async function textFiles() {
  const flags = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const listed = (await must("git", flags)).split("\n");
  const text = /\.(ts|tsx|js|mjs|json|md|css|html|go|yml|sh)$|^\.ci\//;
  return listed.filter((file) => text.test(file));
}

/** Each package carries the licence in its own folder, since npm packs it from there only. */
function copies() {
  const licence = readFileSync(join(ROOT, "LICENSE"), "utf8");
  return PUBLIC_PACKAGES.flatMap((name) => {
    try {
      const copy = readFileSync(join(ROOT, `packages/${name}/LICENSE`), "utf8");
      return copy === licence ? [] : [`packages/${name}/LICENSE differs from LICENSE`];
    } catch {
      return [`packages/${name}/LICENSE is missing`];
    }
  });
}
