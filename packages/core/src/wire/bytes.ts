/**
 * Small helpers for bytes: join, compare, check, hex, text and integers.
 * @module
 */

import { isBytes, hexToBytes as nobleHexToBytes } from "@noble/hashes/utils.js";

const encoder = new TextEncoder();
// `ignoreBOM` keeps a leading U+FEFF; without it the text would not round trip.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const HEX = encoder.encode("0123456789abcdef");

/** Half of a surrogate pair, which has no UTF-8 form. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Up to this many bytes, building a string by hand beats a call into the decoder. */
const SHORT_TEXT = 24;

/**
 * Checks an argument of ours and returns it.
 * @throws `TypeError` when it isn't bytes, `RangeError` when it isn't `length` bytes; both name `title`.
 */
export function abytes(value: unknown, length: number | undefined, title: string): Uint8Array {
  const wanted = length === undefined ? "bytes" : `${length} bytes`;
  if (!isBytes(value)) {
    throw new TypeError(`${title}: expected a Uint8Array of ${wanted}, got ${typeName(value)}`);
  }
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${title}: expected ${wanted}, got ${value.length}`);
  }
  return value;
}

/** The type of a value in one or two words, for error messages. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (isBytes(value)) return "bytes";
  return typeof value;
}

/** The same memory as a plain `Uint8Array`, so that views of it are plain ones too. */
export function plainView(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** One new array with all the parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** True when both hold the same bytes. The time it takes depends on the length alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Lower-case hex, two digits for each byte. */
export function bytesToHex(bytes: Uint8Array): string {
  abytes(bytes, undefined, "bytes");
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    digits[2 * i] = HEX[byte >> 4] as number;
    digits[2 * i + 1] = HEX[byte & 15] as number;
  }
  // Decoded at once: engines keep a text that was joined of pieces as a tree of them, ten times as
  // large, and ids live long.
  return decoder.decode(digits);
}

/**
 * Reads hex digits of either case, two for each byte, without a prefix.
 * @throws `TypeError` when it isn't a string, `RangeError` for odd length or another character.
 */
export function hexToBytes(hex: string): Uint8Array {
  return nobleHexToBytes(hex);
}

/**
 * The UTF-8 form of a text.
 * @throws `RangeError` for half a surrogate pair, which UTF-8 can't carry.
 */
export function utf8ToBytes(text: string): Uint8Array {
  if (LONE_SURROGATE.test(text)) {
    throw new RangeError("expected well-formed text, got half of a surrogate pair");
  }
  return encoder.encode(text);
}

/**
 * The text that UTF-8 bytes stand for. A byte order mark is kept.
 * @throws `RangeError` when they aren't UTF-8.
 */
export function bytesToUtf8(bytes: Uint8Array): string {
  const text = tryUtf8(bytes, 0, bytes.length);
  if (text === undefined) throw new RangeError("expected UTF-8, got other bytes");
  return text;
}

/** As {@link bytesToUtf8} for the bytes from `start` to `end`; `undefined` when they aren't UTF-8. */
export function tryUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= SHORT_TEXT) {
    const text = shortAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    // A fatal decoder has one error only: this isn't UTF-8. The caller says where it was.
    return undefined;
  }
}

/** Reads `size` bytes at `at` as a big-endian integer. Exact up to 6 bytes, and to 2^53 - 1 in 8. */
export function readUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** Writes `value`, below 2^32, as the `size` bytes at `at`, big-endian. */
export function writeUint(value: number, bytes: Uint8Array, at: number, size: number): void {
  for (let i = at + size - 1, rest = value; i >= at; i--, rest >>>= 8) bytes[i] = rest;
}

function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
