/**
 * The fence around the page: bundles what a page imports and looks for anything of Node in it.
 * @module
 */
import { join } from "node:path";
import { build, defaultClientConditions } from "vite";
import { ROOT } from "./run.mjs";

/** What a bundle for a page must not contain; `enode://` is none of it, nor is a field called `node`. */
const OF_NODE = /["'`]node:|__vite-browser-external|WebSocketServer|\brequire\(/g;

/** The chunk that a page names itself. */
export const ENTRY = "the entry";

/** @typedef {Pick<import("vite").Rollup.OutputChunk, "name" | "fileName" | "isEntry" | "imports" | "code">} Chunk */

/**
 * Bundles and minifies a module text the way a page's build would, keeping all its exports.
 * @param {string} text
 * @param {{ fromSource?: boolean, root?: string, language?: "js" | "ts" }} [options] `fromSource`:
 *   resolve our packages to their sources instead of their build; `root`: whose node_modules are used.
 * @returns {Promise<{ code: string, chunks: readonly Chunk[] }>} All the code, and the files it is in.
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
  return { code: chunks.map(({ code }) => code).join("\n"), chunks };
}

/**
 * The chunks that are loaded with those named, which are names of modules or `ENTRY`, themselves among
 * them.
 * @param {readonly Chunk[]} chunks
 * @param {readonly string[]} names
 * @returns {Chunk[]}
 */
export function loadedWith(chunks, names) {
  const found = new Set(names.map((name) => chunkOf(chunks, name)));
  for (const { imports } of found) {
    for (const each of chunks) if (imports.includes(each.fileName)) found.add(each);
  }
  return [...found];
}

/**
 * @param {readonly Chunk[]} chunks
 * @param {string} name
 */
function chunkOf(chunks, name) {
  const found = chunks.find((chunk) => (name === ENTRY ? chunk.isEntry : chunk.name === name));
  if (!found) throw new Error(`no chunk of the bundle is called ${name}`);
  return found;
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
