/**
 * `npm run build:kernel`: compiles the frame kernel. Needed only where its source changed.
 * @module
 */
import { writeFileSync } from "node:fs";
import { install } from "./lib/setup.mjs";

await install();
const { compileKernel, KERNEL_FILE } = await import("./lib/kernel.mjs");
writeFileSync(KERNEL_FILE, await compileKernel());
