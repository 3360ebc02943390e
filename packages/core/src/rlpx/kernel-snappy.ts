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
  const { keyStream, packed } = kernel;
  const most = kernel.exchangeLength - SLACK;

  /** For one fragment, the block is put together where it was compressed, right in front of it. */
  function compressShort(input: Uint8Array): Uint8Array {
    const end = packed + compressFragment(kernel, input);
    const start = packed - lengthBytes(input.length);
    writeLength(input.length, kernel.bytes, start);
    return kernel.bytes.subarray(start, end);
  }

  function compressLong(input: Uint8Array): Uint8Array {
    const block = new Uint8Array(MAX_LENGTH_BYTES + mostCompressed(input.length));
    let at = writeLength(input.length, block, 0);
    for (let start = 0; start < input.length; start += FRAGMENT) {
      const length = compressFragment(kernel, input.subarray(start, start + FRAGMENT));
      block.set(kernel.bytes.subarray(packed, packed + length), at);
      at += length;
    }
    return block.subarray(0, at);
  }

  return {
    compress: (input) => (input.length <= FRAGMENT ? compressShort(input) : compressLong(input)),
    decompress(block, start, length) {
      if (length <= most && block.length <= most) {
        const at = place(kernel, block) + start;
        const right = kernel.code.snappyDecompress(at, block.length - start, length);
        if (right) return kernel.bytes.slice(keyStream, keyStream + length);
      }
      // Where the block is wrong, this one tells in what way.
      return portableSnappy.decompress(block, start, length);
    },
  };
}

/** Compresses one fragment; gives how long it is then. */
function compressFragment(kernel: Kernel, fragment: Uint8Array): number {
  kernel.put(fragment);
  return kernel.code.snappyCompress(fragment.length);
}

/** Where a block lies in the kernel: what was decrypted there stays there. */
function place(kernel: Kernel, block: Uint8Array): number {
  if (block.buffer === kernel.bytes.buffer) return block.byteOffset;
  kernel.put(block);
  return kernel.exchange;
}

/** What snappy can make of so many bytes at most. */
function mostCompressed(length: number): number {
  return length === 0 ? 0 : 32 + length + Math.ceil(length / 6);
}

function lengthBytes(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : 3;
}

/** Gives where it ends. */
function writeLength(length: number, out: Uint8Array, at: number): number {
  for (; length >= 0x80; length >>>= 7) out[at++] = (length & 0x7f) | 0x80;
  out[at++] = length;
  return at;
}
