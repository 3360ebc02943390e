/**
 * Builds the demo, and serves it in development with a relay behind it.
 * @module
 */

import { defaultClientConditions, defineConfig } from "vite";

/** Where the relay listens in development; it has the node's description and its WebSocket. */
const RELAY = process.env["PEERKIT_RELAY"] ?? "http://127.0.0.1:30380";

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@peerkit/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: "es2022", modulePreload: { polyfill: false } },
  server: {
    proxy: { "/peerkit.json": RELAY, "/p2p": { target: RELAY, ws: true } },
    fs: { allow: [".."] },
  },
});
