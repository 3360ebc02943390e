/**
 * What the built page is made of.
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

/** The whole page, compressed. */
const LIMIT_BYTES = 120 * 1024;
/** What it loads only if a visitor asks for a link's code. */
const ASKED_FOR = /^link-code-.*\.js$/;

const files = readdirSync(DIST, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => ({ name, bytes: readFileSync(`${parentPath}/${name}`) }));
const all = files.map(({ bytes }) => bytes.toString("utf8")).join("\n");
const sizeOf = (some: typeof files): number =>
  some.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);

describe("the built page", () => {
  test("is at most 120 KiB compressed, and a link's code is apart", () => {
    const asked = files.filter(({ name }) => ASKED_FOR.test(name));
    expect(asked).toHaveLength(1);
    expect(sizeOf(asked)).toBeGreaterThan(1_000);
    const size = sizeOf(files) - sizeOf(asked);
    console.log(`the page: ${size} bytes compressed`);
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThanOrEqual(LIMIT_BYTES);
  });

  test("loads nothing from elsewhere", () => {
    const html = readFileSync(`${DIST}index.html`, "utf8");
    expect(html.match(/(?:src|href)="(?!\/)[^"]*"/g)).toBeNull();
    expect(all).not.toMatch(/@import|url\(["']?https?:/);
    const addresses = new Set(all.match(/https?:\/\/[\w.-]+/g));
    // Names of XML vocabularies, which nothing fetches.
    addresses.delete("http://www.w3.org");
    expect([...addresses]).toEqual([]);
  });

  test("has nothing of Node and nothing of the fixtures in it", () => {
    expect(all).not.toMatch(/["']node:|__vite-browser-external|WebSocketServer/);
    expect(all).not.toContain("hello from the kitchen");
  });
});
