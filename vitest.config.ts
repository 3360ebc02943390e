/**
 * The four suites: `node` (sources, without a build), `browser` (in Chromium), `e2e` (built output
 * in real processes and browsers) and `interop` (peers of other projects).
 * @module
 */
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { configDefaults, defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, needs } from "./scripts/needs.mjs";

const SOURCE = "@peerkit/source";
const elsewhere = ["browser", "e2e", "interop"].map((suite) => `**/*.${suite}.test.{ts,tsx}`);
const exclude = [...configDefaults.exclude, "**/dist/**", "**/dist-types/**"];

/** Far above what a test takes: on a busy machine only a hang is to fail. */
const TIMEOUT_MS = 30_000;

/** Real processes and browsers on a machine that isn't ours: one hiccup is told, not fatal. */
const RETRY = process.env.CI ? 1 : 0;

/** Runs the tests of `name` one after another in Node, with time for real processes. */
function serial(name: string, order: number): TestProjectInlineConfiguration {
  return {
    ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
    resolve: { conditions: [SOURCE, ...defaultServerConditions] },
    test: {
      name,
      include: [`**/*.${name}.test.{ts,tsx}`],
      exclude,
      fileParallelism: false,
      testTimeout: 180_000,
      hookTimeout: 180_000,
      retry: RETRY,
      sequence: { groupOrder: order },
    },
  };
}

const node: TestProjectInlineConfiguration = {
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  resolve: { conditions: [SOURCE, ...defaultServerConditions] },
  test: {
    name: "node",
    include: ["**/*.test.{ts,tsx}"],
    exclude: [...exclude, ...elsewhere],
    // A worker loads each module once and not once a file: it halves the processor time.
    isolate: false,
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    sequence: { groupOrder: 0 },
  },
};

const chromium = needs("chromium");

const browser: TestProjectInlineConfiguration = {
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
  // Named ahead: a dependency that Vite discovers midway reloads the page under a running test.
  optimizeDeps: {
    include: [
      "@noble/ciphers/aes.js",
      "@noble/hashes/hkdf.js",
      "@noble/hashes/hmac.js",
      "@noble/hashes/sha2.js",
      "@noble/hashes/sha3.js",
      "@noble/secp256k1",
      "fast-check",
      "isomorphic-ws",
      "rlp",
      "snappyjs",
    ],
  },
  test: {
    name: "browser",
    include: ["**/*.browser.test.{ts,tsx}"],
    exclude,
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    retry: RETRY,
    globalSetup: [
      "packages/ws/src/testing/echo-server.global.ts",
      "packages/cli/src/stalled/process.global.ts",
    ],
    sequence: { groupOrder: 1 },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: { executablePath: chromium.path, args: CHROMIUM_FLAGS },
      }),
    },
  },
};

export default defineConfig({
  test: {
    projects: [
      node,
      ...(chromium.missing ? [] : [browser]),
      serial("e2e", 2),
      serial("interop", 3),
    ],
    // Two cores: more workers than that only lengthen every handshake.
    maxWorkers: 2,
  },
});
