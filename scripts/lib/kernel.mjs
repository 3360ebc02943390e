/**
 * The frame kernel: AssemblyScript in, a TypeScript file with the code as text out.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, ROOT, tool } from "./run.mjs";

const SOURCE = "packages/core/kernel/index.ts";
const FLAGS = ["-O3", "--converge", "--noAssert", "--runtime", "stub", "--bindings", "raw"];
/** 320 KiB: the areas of `layout.ts` and the first slots. */
const MEMORY = ["--initialMemory", "5"];

/** The file that carries the code; committed, so that a build doesn't need the compiler. */
export const KERNEL_FILE = join(ROOT, "packages/core/src/rlpx/kernel-code.ts");

/** Compiles the kernel; resolves to the text of that file. */
export async function compileKernel() {
  const folder = mkdtempSync(join(tmpdir(), "peerkit-kernel-"));
  try {
    const out = join(folder, "kernel.wasm");
    const asc = [tool("assemblyscript"), join(ROOT, SOURCE), ...FLAGS, ...MEMORY];
    await must(process.execPath, [...asc, "--outFile", out]);
    return fileText(readFileSync(out).toString("hex"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is wrong with the committed file; empty when nothing is. */
export async function kernelFaults() {
  const committed = readFileSync(KERNEL_FILE, "utf8");
  if (committed === (await compileKernel())) return [];
  return ["kernel-code.ts is not what packages/core/kernel compiles to: npm run build:kernel"];
}

/** @param {string} code */
function fileText(code) {
  const lines = code.match(/.{1,96}/g) ?? [];
  return `/**
 * The frame kernel's code, made by \`npm run build:kernel\` from packages/core/kernel.
 * @module
 */

/** WebAssembly, in hex digits: a sixth smaller than base64 once it is compressed. */
export const KERNEL: string = \`
${lines.join("\n")}
\`;
`;
}
