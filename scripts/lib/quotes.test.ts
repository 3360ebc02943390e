/**
 * The README shows the examples as they are.
 * @module
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withQuotes } from "./quotes.mjs";

const root = new URL("../..", import.meta.url).pathname;

test.each(["README.md", "packages/core/README.md"])("%s quotes its files as they are", (path) => {
  const markdown = readFileSync(`${root}/${path}`, "utf8");
  expect(markdown).toContain("<!-- quote ");
  expect(withQuotes(markdown, root)).toBe(markdown);
});

test("a quote of a line that isn't there is an error", () => {
  const markdown = '<!-- quote README.md from line "no such line" -->\n```ts\n```';
  expect(() => withQuotes(markdown, root)).toThrow("no line that starts with: no such line");
});
