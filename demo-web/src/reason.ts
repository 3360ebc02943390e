/**
 * Disconnect reasons in words, once the node is loaded.
 * @module
 */

import type { ReasonWords } from "./describe.ts";

let words: ReasonWords = (reason) => `0x${reason.toString(16).padStart(2, "0")}`;

/** A disconnect reason as the node words it; its bare number before the node is loaded. */
export function reasonWords(reason: number): string {
  return words(reason);
}

/**
 * Says how reasons are worded. The node's chunk calls it, so that the page's first paint doesn't
 * wait for core; no frame exists before that.
 */
export function setReasonWords(formatter: ReasonWords): void {
  words = formatter;
}
