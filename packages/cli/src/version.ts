/**
 * This package's version.
 * @module
 */

import { readFileSync } from "node:fs";

/** The version in this package's `package.json`. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const data: unknown = JSON.parse(text);
  if (typeof data === "object" && data !== null && "version" in data) return String(data.version);
  throw new TypeError("package.json has no version");
}
