/**
 * Snappy in JavaScript, by snappyjs.
 * @module
 */

/// <reference path="./snappyjs.d.ts" />
import snappy from "snappyjs";
import { concatBytes, plainView } from "./bytes.ts";
import type { Snappy } from "./snappy.ts";
import { checkElements } from "./snappy.ts";

/**
 * A literal of four bytes. snappyjs reads four bytes for every long literal's length; what it makes
 * of these falls behind the end of its output and is lost.
 */
const PADDING = Uint8Array.of(3 << 2, 0, 0, 0, 0);

/** The codec that runs everywhere. */
export const portableSnappy: Snappy = {
  compress: (bytes) => snappy.compress(plainView(bytes)),
  decompress(block, start, length) {
    // snappyjs checks little of that.
    const tight = checkElements(block, start, length);
    return snappy.uncompress(tight ? concatBytes(block, PADDING) : block);
  },
};
