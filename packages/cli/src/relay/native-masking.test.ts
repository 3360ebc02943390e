/**
 * What a relay says of its masking.
 * @module
 */

import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { hasNativeMasking } from "./native-masking.ts";

const PREBUILT = new Set(["linux-x64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-ia32"]);
const SYSTEM = `${process.platform}-${process.arch}`;

test("it is native where the package has a binary for the system", ({ skip }) => {
  try {
    createRequire(import.meta.url).resolve("bufferutil");
  } catch {
    skip("bufferutil isn't installed");
  }
  if (!PREBUILT.has(SYSTEM)) skip(`there is no binary for ${SYSTEM}`);
  expect(hasNativeMasking({})).toBe(true);
});

test("it isn't where the variable that ws looks at turns it off", () => {
  expect(hasNativeMasking({ WS_NO_BUFFER_UTIL: "1" })).toBe(false);
});
