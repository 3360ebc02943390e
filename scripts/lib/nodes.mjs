/**
 * The other Node versions that the tests run under, kept in a cache folder.
 * @module
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { must, npm, ROOT } from "./run.mjs";

/** The majors that are supported, oldest first. */
const NODE_MAJORS = [20, 22, 24, 26];

/** The supported majors other than the one that runs this. */
export function otherMajors() {
  return NODE_MAJORS.filter((major) => major !== Number.parseInt(process.versions.node, 10));
}

/**
 * Brings a Node of that major from the npm package `node`; resolves to its binary.
 * @param {number} major
 */
export async function fetchNode(major) {
  const folder = join(ROOT, `node_modules/.cache/peerkit/node-${major}`);
  const binary = join(folder, "node_modules/node/bin/node");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const [program, args] = npm();
  const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts=false"];
  await must(program, [...args, "install", "--prefix", folder, ...flags, `node@${major}`]);
  if (!existsSync(binary)) throw new Error(`the npm package node@${major} brought no binary`);
  return binary;
}
