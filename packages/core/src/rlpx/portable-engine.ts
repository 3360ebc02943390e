/**
 * The frame engine in JavaScript alone: the reference, and the floor everywhere. Loaded only where
 * the kernel can't be.
 * @module
 */

import { portableSnappy } from "../wire/portable-snappy.ts";
import type { FrameEngine } from "./frame-engine.ts";
import { NobleFrameCipher } from "./noble-frame-cipher.ts";

/** @see FrameEngine */
export const portableEngine: FrameEngine = {
  newCipher: (keys) => new NobleFrameCipher(keys),
  snappy: portableSnappy,
};
