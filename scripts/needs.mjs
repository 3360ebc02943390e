/**
 * What a test needs from the machine: a browser, Go or a NATS server. A test whose need is missing is skipped in
 * sight, with the reason in its title; `CI=true` turns each such skip into a failure.
 * @module
 */
import { installCommand, lookUp, miniBrowser } from "./lib/tools.mjs";

/**
 * Use it as `describe.skipIf(chromium.missing)(`the demo${chromium.note}`, …)`.
 * @typedef {object} Need
 * @property {string} path The program; an empty string when it is missing.
 * @property {boolean} missing Whether the test has to be skipped.
 * @property {string} note Empty, or " (skipped: needs …)": append it to the title.
 */

/**
 * Looks for one tool. `path` is the browser's binary, for "webkit" that of WebKitWebDriver.
 * @param {import("./lib/tools.mjs").ToolName} name
 * @returns {Need}
 */
export function needs(name) {
  const { path, title, packages } = lookUp(name);
  if (path !== undefined) return { path, missing: false, note: "" };
  const note = ` (skipped: needs ${title}; ${installCommand(packages)})`;
  return { path: "", missing: true, note };
}

/** The path of MiniBrowser for a WebKit session; call it only when `needs("webkit")` has it. */
export function webkitMiniBrowser() {
  return miniBrowser() ?? "";
}

/** The flags that Chromium runs with in every test: quiet, without a GPU, without a sandbox for root. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
