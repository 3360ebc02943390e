/**
 * Which cipher frames get: the kernel, or JavaScript where WebAssembly is missing or a page's
 * content security policy lacks `wasm-unsafe-eval`.
 * @module
 */

import type { NewFrameCipher } from "./frame-cipher.ts";
import { NobleFrameCipher } from "./noble-frame-cipher.ts";

let loading: Promise<NewFrameCipher> | undefined;

/** Resolves to the fastest cipher there is here. Loads and compiles once; never rejects. */
export function loadFrameCiphers(): Promise<NewFrameCipher> {
  loading ??= loadKernel().catch(() => (keys) => new NobleFrameCipher(keys));
  return loading;
}

async function loadKernel(): Promise<NewFrameCipher> {
  const { newKernelFrameCipher } = await import("./kernel-frame-cipher.ts");
  return newKernelFrameCipher();
}
