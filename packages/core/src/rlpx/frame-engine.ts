/**
 * What frames are made with: the kernel, or JavaScript where WebAssembly is missing or a page's
 * content security policy lacks `wasm-unsafe-eval`. A page loads only the one that it uses.
 * @module
 */

import type { Snappy } from "../wire/snappy.ts";
import type { NewFrameCipher } from "./frame-cipher.ts";

/** The work on frames that there are several ways to do. */
export interface FrameEngine {
  readonly newCipher: NewFrameCipher;
  readonly snappy: Snappy;
}

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
