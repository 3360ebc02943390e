/**
 * Snappy in the kernel, in fragments of 64 KB as every encoder makes them. What decompresses to
 * more than the kernel's areas hold is left to JavaScript.
 * @module
 */

import { portableSnappy } from "../wire/portable-snappy.ts";
import type { Snappy } from "../wire/snappy.ts";
import type { Kernel } from "./kernel.ts";

/** The longest input of one call, in bytes. */
const FRAGMENT = 65_536;
/** A block begins with its length, seven bits to a byte. */
const MAX_LENGTH_BYTES = 5;
/** What the kernel may read and write past the end. */
const SLACK = 64;

/** A codec in that kernel, for whoever uses it one call at a time. */
export function kernelSnappy(kernel: Kernel): Snappy {
  const { code, exchange, exchangeLength, keyStream } = kernel;

  /** Compresses one fragment; the result is valid until the next call of the kernel. */
  function compressFragment(fragment: Uint8Array): Uint8Array {
    const { bytes } = kernel;
    bytes.set(fragment, exchange);
    const length = code.snappyCompress(fragment.length);
    return bytes.subarray(keyStream, keyStream + length);
  }

  return {
    compress(input) {
      const first = compressFragment(input.subarray(0, FRAGMENT));
      const rest = Math.max(0, input.length - FRAGMENT);
      const block = new Uint8Array(MAX_LENGTH_BYTES + first.length + mostCompressed(rest));
      let at = writeLength(input.length, block);
      block.set(first, at);
      at += first.length;
      for (let start = FRAGMENT; start < input.length; start += FRAGMENT) {
        const fragment = compressFragment(input.subarray(start, start + FRAGMENT));
        block.set(fragment, at);
        at += fragment.length;
      }
      return block.subarray(0, at);
    },
    decompress(block, start, length) {
      const most = exchangeLength - SLACK;
      if (length > most || block.length > most) {
        return portableSnappy.decompress(block, start, length);
      }
      const { bytes } = kernel;
      bytes.set(start === 0 ? block : block.subarray(start), exchange);
      code.snappyDecompress(block.length - start);
      return bytes.slice(keyStream, keyStream + length);
    },
  };
}

/** What snappy can make of so many bytes at most. */
function mostCompressed(length: number): number {
  return length === 0 ? 0 : 32 + length + Math.ceil(length / 6);
}

function writeLength(length: number, out: Uint8Array): number {
  let at = 0;
  for (; length >= 0x80; length >>>= 7) out[at++] = (length & 0x7f) | 0x80;
  out[at++] = length;
  return at;
}
