/**
 * Tries the public packages as a user gets them: packed, installed elsewhere, run, type-checked and
 * bundled there.
 * @module
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, findNode } from "./bundle.mjs";
import { must, npm, ROOT, tool } from "./run.mjs";

/** The folders of the packages that are published. */
export const PUBLIC_PACKAGES = ["core", "tcp", "ws", "relay", "relay-nats", "cli"];

/** @typedef {{ name: string, tarball: string, files: string[] }} Packed */

/**
 * Packs every public package into `folder`.
 * @param {string} folder
 * @returns {Promise<Packed[]>}
 */
export async function packAll(folder) {
  const [program, args] = npm();
  const workspaces = PUBLIC_PACKAGES.flatMap((name) => ["--workspace", `packages/${name}`]);
  const flags = ["--json", "--silent", "--pack-destination", folder];
  const report = JSON.parse(await must(program, [...args, "pack", ...flags, ...workspaces]));
  return Object.values(report).map(({ name, filename, files }) => ({
    name,
    tarball: join(folder, filename),
    files: files.map((/** @type {{ path: string }} */ file) => file.path),
  }));
}

/**
 * What is wrong with the contents of a package; empty when nothing is.
 * @param {Packed} packed
 * @returns {string[]}
 */
export function strayFiles({ name, files }) {
  const missing = ["LICENSE", "README.md", "package.json"].filter((file) => !files.includes(file));
  const allowed =
    /^(LICENSE|README\.md|package\.json|bin\/[\w-]+\.js|(dist|src)\/.+\.(js|ts|map))$/;
  const stray = files.filter(
    (file) => !allowed.test(file) || /\.(test|global)\.|tsbuildinfo/.test(file),
  );
  const unmapped = files
    .filter((file) => file.endsWith(".js.map"))
    .map((file) => file.replace(/^dist/, "src").replace(/\.js\.map$/, ".ts"))
    .filter((source) => !files.includes(source));
  return [
    ...missing.map((file) => `${name}: no ${file}`),
    ...stray.map((file) => `${name}: ${file} should not be packed`),
    ...unmapped.map((file) => `${name}: ${file} is missing for its source map`),
  ];
}

/**
 * Makes a project with these packages installed, and `files` of scripts/outside copied into it.
 * Runs `action` in it, then removes it.
 * @param {readonly string[]} packages Tarballs, or names with versions.
 * @param {readonly string[]} files
 * @param {(folder: string) => Promise<void>} action
 */
async function inProject(packages, files, action) {
  const folder = mkdtempSync(join(tmpdir(), "peerkit-outside-"));
  try {
    const manifest = { name: "outside", private: true, type: "module" };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    const [program, args] = npm();
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
    await must(program, [...args, "install", ...flags, ...packages], { cwd: folder });
    for (const file of files) copyFileSync(join(ROOT, "scripts/outside", file), join(folder, file));
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * As a Node user: runs a program and the command, and type-checks with Node's types.
 * @param {readonly Packed[]} packed
 */
export async function tryInNode(packed) {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const packages = packed.map(({ tarball }) => tarball);
  const types = `@types/node@${devDependencies["@types/node"]}`;
  await inProject([...packages, types], ["node.mjs", "program.ts"], async (folder) => {
    const inside = { cwd: folder };
    await must(process.execPath, ["node.mjs"], inside);
    const help = await must(join(folder, "node_modules/.bin/peerkit"), ["--help"], inside);
    if (!/usage/i.test(help)) throw new Error(`peerkit --help says no usage:\n${help}`);
    await typeCheck(folder, {
      module: "NodeNext",
      lib: ["ES2022"],
      types: ["node"],
      files: ["program.ts"],
    });
  });
}

/**
 * As a page's author: type-checks without Node's types, then bundles, and looks for Node in it.
 * @param {readonly Packed[]} packed
 */
export async function tryInPage(packed) {
  const packages = packed.map(({ tarball }) => tarball);
  await inProject(packages, ["page.ts"], async (folder) => {
    await typeCheck(folder, {
      module: "ESNext",
      moduleResolution: "Bundler",
      customConditions: ["browser"],
      lib: ["ES2022", "DOM"],
      types: [],
      files: ["page.ts"],
    });
    const { code } = await bundle(readFileSync(join(folder, "page.ts"), "utf8"), {
      root: folder,
      language: "ts",
    });
    const found = findNode(code);
    if (found.length > 0) throw new Error(`the page's bundle has Node in it:\n${found.join("\n")}`);
  });
}

/**
 * @param {string} folder
 * @param {{ files: string[] } & Record<string, unknown>} options
 */
async function typeCheck(folder, { files, ...options }) {
  const compilerOptions = {
    target: "ES2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  await must(process.execPath, [tool("tsc"), "-p", folder], { cwd: folder });
}
