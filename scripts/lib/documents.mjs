/**
 * The documents that are partly made of sources: quoted examples and tables of options.
 * @module
 */
import { withOptions } from "./options.mjs";
import { withQuotes } from "./quotes.mjs";

/** Their paths. */
export const DOCUMENTS = [
  "README.md",
  "packages/core/README.md",
  "packages/tcp/README.md",
  "packages/ws/README.md",
  "packages/relay/README.md",
  "packages/relay-nats/README.md",
  "packages/cli/README.md",
];

/**
 * The text as its sources have it now.
 * @param {string} markdown
 * @param {string} root the folder that the paths are in
 */
export function upToDate(markdown, root) {
  return withOptions(withQuotes(markdown, root), root);
}
