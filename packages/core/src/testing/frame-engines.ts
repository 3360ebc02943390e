/**
 * The frame engines there are, for tests that must hold for each.
 * @module
 */

import type { FrameEngine } from "../rlpx/frame-engine.ts";
import { newKernelEngine } from "../rlpx/kernel-engine.ts";
import { portableEngine } from "../rlpx/portable-engine.ts";

/** Each with a name for the title. */
export const everyFrameEngine: readonly (FrameEngine & { readonly name: string })[] = [
  { name: "in JavaScript", ...portableEngine },
  { name: "in the kernel", ...(await newKernelEngine()) },
];
