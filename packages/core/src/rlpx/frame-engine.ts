/**
 * What frames are made with: the kernel, or JavaScript where WebAssembly is missing or a page's
 * content security policy lacks `wasm-unsafe-eval`.
 * @module
 */

import type { Snappy } from "../wire/snappy.ts";
import type { NewFrameCipher } from "./frame-cipher.ts";

/** The work on frames that there are several ways to do. */
export interface FrameEngine {
  readonly newCipher: NewFrameCipher;
  readonly snappy: Snappy;
}
