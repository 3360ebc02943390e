/**
 * The table of go-ethereum's parts names nothing that isn't there.
 * @module
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programFor, readParity } from "./parity.mjs";
import { capture, ROOT, tool } from "./run.mjs";

const MODULES = {
  "@peerkit/core": "packages/core/src/index.ts",
  "@peerkit/core/inspect": "packages/core/src/inspect/index.ts",
  "@peerkit/core/store": "packages/core/src/store/index.ts",
  "@peerkit/core/testing": "packages/core/src/testing/index.ts",
  "@peerkit/tcp": "packages/tcp/src/index.ts",
  "@peerkit/ws": "packages/ws/src/index.ts",
};
// Inside the project, so that its packages are found.
const folder = `${ROOT}.peerkit/parity-${process.pid}`;

const read = (path: string): string => readFileSync(`${ROOT}${path}`, "utf8");
const claims = readParity(read("docs/parity.md"));

function moduleOf(name: string): string | undefined {
  const exported = new RegExp(`(?:[{,]|type)\\s*${name}\\s*[,}]`);
  return Object.entries(MODULES).find(([, path]) => exported.test(read(path)))?.[0];
}

async function compile(names: readonly string[]) {
  const config = {
    extends: `${ROOT}tsconfig.json`,
    compilerOptions: {
      composite: false,
      noEmit: true,
      lib: ["ES2023", "ESNext.Disposable", "DOM"],
      types: ["node"],
    },
    files: ["names.ts"],
    references: [],
  };
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config));
  writeFileSync(`${folder}/names.ts`, programFor(names, moduleOf));
  return capture(process.execPath, [tool("tsc"), "-p", folder]);
}

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("docs/parity.md has no empty cell", () => {
  expect(claims.empty).toEqual([]);
});

test("each of our names in docs/parity.md exists", async () => {
  expect(claims.names.length).toBeGreaterThan(80);
  const { code, output } = await compile(claims.names);
  expect([code, output]).toEqual([0, ""]);
});

test("a name or a member that doesn't exist would be seen", async () => {
  const { code, output } = await compile(["Server.start", "Server.nothing", "nothingAtAll"]);
  expect(code).not.toBe(0);
  expect(output).toContain("'nothing'");
  expect(output).toContain("'nothingAtAll'");
});

test("each command in docs/parity.md exists", () => {
  const help = read("packages/cli/src/main.ts");
  expect(claims.commands.length).toBeGreaterThan(3);
  for (const command of claims.commands) expect(help).toContain(`${command}: ${command}Command`);
});
