/**
 * Whether `ws` masks in native code: it doesn't tell, so this looks for what it looks for.
 * @module
 */

import { createRequire } from "node:module";

/** Whether the optional package `bufferutil` is installed, has a binary for this system, and isn't turned off. */
export function hasNativeMasking(env: Readonly<Record<string, string | undefined>> = process.env) {
  if (env.WS_NO_BUFFER_UTIL) return false;
  try {
    const require = createRequire(import.meta.resolve("@peerkit/ws"));
    // Without a binary it gives its own JavaScript.
    return require("bufferutil") !== require("bufferutil/fallback.js");
  } catch {
    // It is optional.
    return false;
  }
}
