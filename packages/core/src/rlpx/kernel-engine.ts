/**
 * The kernel as a frame engine. Loaded only when it is wanted, with the code that it brings.
 * @module
 */

import { instantiate } from "../env.ts";
import type { FrameEngine } from "./frame-engine.ts";
import { Kernel, kernelCode } from "./kernel.ts";
import { kernelFrameCiphers } from "./kernel-frame-cipher.ts";
import { kernelSnappy } from "./kernel-snappy.ts";

/** Compiles a kernel of its own for all who use it. Rejects where WebAssembly isn't allowed. */
export async function newKernelEngine(): Promise<FrameEngine> {
  const kernel = new Kernel(await instantiate(kernelCode()));
  return { newCipher: kernelFrameCiphers(kernel), snappy: kernelSnappy(kernel) };
}
