/**
 * What frames are made with: the kernel, or JavaScript where WebAssembly is missing or a page's
 * content security policy lacks `wasm-unsafe-eval`.
 * @module
 */

import type { Snappy } from "../wire/snappy.ts";
import { portableSnappy } from "../wire/snappy.ts";
import type { NewFrameCipher } from "./frame-cipher.ts";
import { NobleFrameCipher } from "./noble-frame-cipher.ts";

/** The work on frames that there are several ways to do. */
export interface FrameEngine {
  readonly newCipher: NewFrameCipher;
  readonly snappy: Snappy;
}

/** The reference, and the floor everywhere. */
export const portableEngine: FrameEngine = {
  newCipher: (keys) => new NobleFrameCipher(keys),
  snappy: portableSnappy,
};

let loading: Promise<FrameEngine> | undefined;

/** Resolves to the fastest there is here. Loads and compiles once; never rejects. */
export function loadFrameEngine(): Promise<FrameEngine> {
  loading ??= loadKernel().catch(() => portableEngine);
  return loading;
}

async function loadKernel(): Promise<FrameEngine> {
  const { newKernelEngine } = await import("./kernel-engine.ts");
  return newKernelEngine();
}
