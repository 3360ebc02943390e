/**
 * Builds the demo, and serves it in development with a relay behind it.
 * @module
 */

import { defaultClientConditions, defineConfig } from "vite";

/** Where the relay listens in development; it has the node's description and its WebSocket. */
const RELAY = process.env.PEERKIT_RELAY ?? "http://127.0.0.1:30380";

/** What draws the page first; it waits for nothing else. A link’s code is apart: few ask for one. */
const PAGE = {
  name: "page",
  test: /preact|packages.core.src.(inspect|errors)|demo-web.src.(?!node|link-code)/,
  priority: 1,
};
/** The node, in one chunk: a page that shows it loads all of it, and one compresses better than many. */
const NODE = { name: "node", test: /packages.(core|ws|relay).src|@noble|demo-web.src.node/ };

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ["@peerkit/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [PAGE, NODE] } } },
  },
  server: {
    proxy: { "/peerkit.json": RELAY, "/p2p": { target: RELAY, ws: true } },
    fs: { allow: [".."] },
  },
});
