/**
 * Runs programs for the scripts: one at a time, in the project's root, their output passed through.
 * @module
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's root folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Whether this is a run in which nothing may be missing. */
export const IN_CI = process.env.CI === "true" || process.env.CI === "1";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] Added to the environment.
 */

/**
 * Runs a program with our own input and output; resolves to its exit code.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>}
 */
export async function run(program, args, options = {}) {
  return (await start(program, args, options, "inherit")).code;
}

/**
 * Runs a program and gathers what it prints; resolves to its exit code, its standard output, and
 * all of its output in order.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function capture(program, args, options = {}) {
  return start(program, args, options, "pipe");
}

/**
 * Resolves to the standard output of a program; rejects with all its output when it fails.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export async function must(program, args, options = {}) {
  const { code, stdout, output } = await capture(program, args, options);
  if (code !== 0) throw new Error(output.trim() || `${program} ended with exit code ${code}`);
  return stdout;
}

/**
 * The program and first arguments of a command-line tool among our dependencies.
 * @param {"assemblyscript" | "biome" | "tsc" | "vite" | "vitest" | "knip" | "attw" | "publint"} name
 */
export function tool(name) {
  const files = {
    assemblyscript: "assemblyscript/bin/asc.js",
    biome: "@biomejs/biome/bin/biome",
    tsc: "typescript/bin/tsc",
    vite: "vite/bin/vite.js",
    vitest: "vitest/vitest.mjs",
    knip: "knip/bin/knip.js",
    attw: "@arethetypeswrong/cli/dist/index.js",
    publint: "publint/src/cli.js",
  };
  return `${ROOT}node_modules/${files[name]}`;
}

/**
 * Runs npm the way this process was started by it, or the one in PATH.
 * @returns {[program: string, args: string[]]}
 */
export function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith("npm-cli.js") ? [process.execPath, [script]] : ["npm", []];
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @param {"inherit" | "pipe"} stdio
 * @returns {Promise<{ code: number, stdout: string, output: string }>}
 */
function start(program, args, { cwd = ROOT, env = {} }, stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      // What is gathered is shown later, or compared: no colours in it.
      env: { ...process.env, ...(stdio === "pipe" ? { NO_COLOR: "1" } : {}), ...env },
      stdio: [stdio === "inherit" ? "inherit" : "ignore", stdio, stdio],
    });
    let stdout = "";
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, output }));
  });
}
