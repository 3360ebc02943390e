/**
 * Snappy in JavaScript, by snappyjs.
 * @module
 */

/// <reference path="./snappyjs.d.ts" />
import snappy from "snappyjs";
import { plainView } from "./bytes.ts";
import type { Snappy } from "./snappy.ts";

/** The codec that runs everywhere. */
export const portableSnappy: Snappy = {
  compress: (bytes) => snappy.compress(plainView(bytes)),
  decompress: (block) => snappy.uncompress(block),
};
