/**
 * The fence around the page: bundles what a page imports and looks for anything of Node in it.
 * @module
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, defaultClientConditions } from "vite";
import { ROOT } from "./run.mjs";

/** What a bundle for a page must not contain; `enode://` is none of it. */
const OF_NODE = /\bnode:|__vite-browser-external|WebSocketServer|\brequire\(/g;

/**
 * Bundles and minifies a module text the way a page's build would, keeping all its exports.
 * @param {string} text
 * @param {{ fromSource?: boolean, root?: string, language?: "js" | "ts" }} [options] `fromSource`:
 *   resolve our packages to their sources instead of their build; `root`: whose node_modules are used.
 * @returns {Promise<{ code: string, gzip: number, lazyGzip: number }>} All the code; how many bytes
 *   gzipped are loaded at once, and how many only when they are wanted.
 */
export async function bundle(text, { fromSource = false, root = ROOT, language = "js" } = {}) {
  const entry = join(root, `page-entry.${language}`);
  const output = await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "entry-text",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? text : undefined),
      },
    ],
    resolve: {
      conditions: [...(fromSource ? ["@peerkit/source"] : []), ...defaultClientConditions],
    },
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
  });
  if (!("output" in output)) throw new Error("vite gave no single output");
  const chunks = output.output.filter((part) => part.type === "chunk");
  const eager = atOnce(chunks);
  const [now, later] = [true, false].map((wanted) =>
    textOf(chunks.filter(({ fileName }) => eager.has(fileName) === wanted)),
  );
  return { code: textOf(chunks), gzip: gzipped(now), lazyGzip: gzipped(later) };
}

/**
 * The files that load with the entry.
 * @param {readonly { fileName: string, isEntry: boolean, imports: readonly string[] }[]} chunks
 */
function atOnce(chunks) {
  const found = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const file of found) {
    for (const each of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) {
      found.add(each);
    }
  }
  return found;
}

/** @param {readonly { code: string }[]} chunks */
function textOf(chunks) {
  return chunks.map(({ code }) => code).join("\n");
}

/** @param {string} [text] */
function gzipped(text = "") {
  return text === "" ? 0 : gzipSync(text, { level: 9 }).length;
}

/**
 * Where a bundle has something of Node: each match with its surroundings.
 * @param {string} code
 * @returns {string[]}
 */
export function findNode(code) {
  return [...code.matchAll(OF_NODE)].map(({ index }) =>
    code.slice(Math.max(0, index - 40), index + 60),
  );
}
