/**
 * Quotes in Markdown: code blocks that are copied from files, so that what is shown is what runs.
 * @module
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const QUOTE = /<!-- quote (\S+) from line "([^"]+)" -->\n```(\w+)\n[\s\S]*?```/g;

/**
 * The text with every quoted block as its file has it now: from the first line that starts with the
 * given words to the end of the file.
 * @param {string} markdown
 * @param {string} root the folder that the paths are in
 * @returns {string}
 */
export function withQuotes(markdown, root) {
  return markdown.replace(QUOTE, (_, path, start, language) => {
    const lines = readFileSync(resolve(root, path), "utf8").trimEnd().split("\n");
    const first = lines.findIndex((line) => line.startsWith(start));
    if (first < 0) throw new Error(`${path} has no line that starts with: ${start}`);
    const code = lines.slice(first).join("\n");
    return `<!-- quote ${path} from line "${start}" -->\n\`\`\`${language}\n${code}\n\`\`\``;
  });
}
