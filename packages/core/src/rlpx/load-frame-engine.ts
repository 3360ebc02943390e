/**
 * Loads the frame engine: a page loads only the one that it uses.
 * @module
 */

import type { FrameEngine } from "./frame-engine.ts";

let loading: Promise<FrameEngine> | undefined;

/**
 * Resolves to the fastest there is here, loaded and compiled once. Rejects where a page can't load
 * its own parts; the next call tries again.
 */
export function loadFrameEngine(): Promise<FrameEngine> {
  loading ??= loadKernel()
    .catch(loadPortable)
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

async function loadKernel(): Promise<FrameEngine> {
  const { newKernelEngine } = await import("./kernel-engine.ts");
  return newKernelEngine();
}

async function loadPortable(): Promise<FrameEngine> {
  const { portableEngine } = await import("./portable-engine.ts");
  return portableEngine;
}
