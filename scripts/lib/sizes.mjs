/**
 * How many bytes a page loads, and when, against the budgets.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle, ENTRY, findNode, loadedWith } from "./bundle.mjs";
import { ROOT } from "./run.mjs";

/** @typedef {{ what: string, bytes: number, budget: number }} Size */

/** What a page with a protocol of its own imports. */
const PAGE = `
  import {
    bigint, bool, bytes, DiscReason, DisconnectError, defineProtocol, list, oneOf, optional, P2PError,
    raw, rest, Server, send, sendItems, str, struct, tuple, uint,
  } from "@peerkit/core";
  import { webSocket } from "@peerkit/ws";
  export default [
    bigint, bool, bytes, DiscReason, DisconnectError, defineProtocol, list, oneOf, optional, P2PError,
    raw, rest, Server, send, sendItems, str, struct, tuple, uint, webSocket,
  ];`;
/** What a page that joins a room imports. */
const ROOM = `
  import { defineProtocol, sendItems, str, tuple } from "@peerkit/core";
  import { join, newRoomSecret } from "@peerkit/relay";
  export default [defineProtocol, join, newRoomSecret, sendItems, str, tuple];`;
const EVERYTHING = `export * from "@peerkit/core"; export * from "@peerkit/ws";`;

/**
 * What a page loads, in this order, and the chunk that each begins with; what came before isn't
 * counted again. Budgets are bytes, minified and gzipped, a little above what was measured, so that
 * growth is a decision.
 */
const STAGES = [
  { what: "a page, at once", chunk: ENTRY, budget: 35_000 },
  { what: "from start: connections", chunk: "connection-parts", budget: 21_000 },
  { what: "from start: the kernel", chunk: "kernel-engine", budget: 8_000 },
  { what: "from start: sealed sessions", chunk: "open-sealed", budget: 8_000 },
  { what: "with nodes to keep: the dialer", chunk: "dialer", budget: 4_500 },
  { what: "in place of the kernel", chunk: "portable-engine", budget: 1_000 },
];

/**
 * Of what a page has loaded when it has a peer; of a page that imports all there is; of the demo with
 * all that it loads by itself; of what it loads when a visitor asks for a link's code.
 */
const BUDGETS = {
  connected: 71_500,
  everything: 37_000,
  room: 41_500,
  demo: 122_880,
  linkCode: 2_300,
};
/** As many of the stages as a page with a peer has loaded. */
const CONNECTED = 4;

/**
 * Bundles the built packages and sums up the built demo. Rejects if something of Node is in one.
 * @returns {Promise<Size[]>}
 */
export async function measure() {
  const stages = await measureStages();
  const everything = loadedWith(await bundleFor(EVERYTHING), [ENTRY]);
  const room = loadedWith(await bundleFor(ROOM), [ENTRY]);
  const demo = measureDemo(() => true);
  const linkCode = measureDemo((name) => name.startsWith("link-code"));
  const connected = stages.slice(0, CONNECTED).reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...stages,
    { what: "a page with a peer, in all", bytes: connected, budget: BUDGETS.connected },
    { what: "every export, at once", bytes: gzipped(everything), budget: BUDGETS.everything },
    { what: "a page that joins a room, at once", bytes: gzipped(room), budget: BUDGETS.room },
    { what: "the demo page", bytes: demo - linkCode, budget: BUDGETS.demo },
    { what: "the demo's code of a link, if asked for", bytes: linkCode, budget: BUDGETS.linkCode },
  ];
}

/** @returns {Promise<Size[]>} */
async function measureStages() {
  const chunks = await bundleFor(PAGE);
  const before = new Set();
  return STAGES.map(({ what, chunk, budget }) => {
    const added = loadedWith(chunks, [chunk]).filter((each) => !before.has(each));
    for (const each of added) before.add(each);
    return { what, bytes: gzipped(added), budget };
  });
}

/** @param {string} text */
async function bundleFor(text) {
  const { code, chunks } = await bundle(text);
  const found = findNode(code);
  if (found.length > 0) throw new Error(`something of Node in ${text}\n${found.join("\n")}`);
  return chunks;
}

/** @param {readonly { code: string }[]} chunks */
function gzipped(chunks) {
  const text = chunks.map(({ code }) => code).join("\n");
  return text === "" ? 0 : gzipSync(text, { level: 9 }).length;
}

/** @param {(name: string) => boolean} counts */
function measureDemo(counts) {
  const folder = join(ROOT, "demo-web/dist");
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map") && counts(entry.name))
    .map((entry) => gzipSync(readFileSync(join(entry.parentPath, entry.name)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}
