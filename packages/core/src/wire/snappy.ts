/**
 * Snappy's block format, with every bound checked before anything is allocated.
 * @module
 */

import { DiscReason, P2PError } from "../errors.ts";
import { plainView } from "./bytes.ts";

/** A length takes at most five bytes of seven bits. */
const MAX_LENGTH_BYTES = 5;

/** snappyjs reads the length as a signed number. */
const MAX_LENGTH = 0x7fff_ffff;

/** One element: how many bytes it gives, from how far back, and where the next one starts. */
interface Element {
  length: number;
  /** 0 for a literal. */
  offset: number;
  next: number;
}

/** A codec for blocks whose declared length was checked. */
export interface Snappy {
  /** Compresses to one block; valid until the next call. */
  compress(bytes: Uint8Array): Uint8Array;
  /**
   * Decompresses a block, whose elements begin at `start`, to `length` new bytes.
   * @throws P2PError `P2P_ERR_BAD_SNAPPY` when they are malformed or give another length.
   */
  decompress(block: Uint8Array, start: number, length: number): Uint8Array;
}

/**
 * Decompresses one block. The bytes are new and the caller's own. Takes time and memory in
 * proportion to what the block gives, and never more than `maxSize` bytes. With `own`, they may be
 * a part of the block's, which is given away then.
 * @throws P2PError `P2P_ERR_BAD_SNAPPY` for a block that is malformed, or declares more than `maxSize`.
 */
export function decompress(
  bytes: Uint8Array,
  maxSize: number,
  codec: Snappy,
  own = false,
): Uint8Array {
  const block = plainView(bytes);
  const start = lengthSize(block);
  const length = uncompressedSize(block, maxSize);
  const literal = onlyLiteral(block, start, length);
  if (literal === undefined) return codec.decompress(block, start, length);
  return own ? block.subarray(literal) : block.slice(literal);
}

/**
 * What a block says that it comes to, in bytes.
 * @throws P2PError `P2P_ERR_BAD_SNAPPY` when it says nothing, or more than `maxSize`.
 */
export function uncompressedSize(block: Uint8Array, maxSize: number): number {
  const length = readLength(block, lengthSize(block));
  if (length > Math.min(maxSize, MAX_LENGTH)) {
    throw badSnappy(`declares ${length} bytes, at most ${maxSize} are allowed`);
  }
  return length;
}

function lengthSize(block: Uint8Array): number {
  for (let i = 0; i < Math.min(block.length, MAX_LENGTH_BYTES); i++) {
    if ((block[i] as number) < 0x80) return i + 1;
  }
  const got = block.length < MAX_LENGTH_BYTES ? "the end" : "more";
  throw badSnappy(`expected a length of at most ${MAX_LENGTH_BYTES} bytes, got ${got}`);
}

function readLength(block: Uint8Array, size: number): number {
  let length = 0;
  for (let i = size - 1; i >= 0; i--) length = length * 128 + ((block[i] as number) & 0x7f);
  return length;
}

/** Where the whole content is, if it was left as it is: what doesn't compress, and most short messages. */
function onlyLiteral(block: Uint8Array, start: number, length: number): number | undefined {
  const high = (block[start] ?? 0) >>> 2;
  const size = Math.max(0, high - 59);
  const from = start + 1 + size;
  // A literal's kind is 0, and this is where it begins if it goes on to the end.
  if (block.length - from !== length || ((block[start] ?? 0) & 3) !== 0) return undefined;
  const declared = (size === 0 ? high : readUintLE(block, start + 1, size)) + 1;
  return declared === length ? from : undefined;
}

/**
 * Proves that the elements are complete, copy only from what is there, and give `length` bytes.
 * True when the last one is a literal whose length stands within four bytes of the end.
 * @throws P2PError `P2P_ERR_BAD_SNAPPY` that says what is wrong.
 */
export function checkElements(block: Uint8Array, start: number, length: number): boolean {
  const element: Element = { length: 0, offset: 0, next: start };
  let produced = 0;
  let tight = false;
  while (element.next < block.length) {
    const at = element.next;
    readElement(block, at, element);
    if (element.next > block.length) throw badSnappy(`the element at byte ${at} is cut off`);
    if (element.offset > produced) {
      throw badSnappy(`copies from ${element.offset} bytes back, has ${produced} (byte ${at})`);
    }
    produced += element.length;
    if (produced > length) throw badSnappy(`declares ${length} bytes, has more`);
    if (element.offset === 0) tight ||= (block[at] as number) >= 60 << 2 && at + 4 >= block.length;
  }
  if (produced < length) throw badSnappy(`declares ${length} bytes, has ${produced}`);
  return tight;
}

/** Fills in `into`, which is reused since there may be millions. */
function readElement(block: Uint8Array, at: number, into: Element): void {
  const tag = block[at] as number;
  const high = tag >>> 2;
  const kind = tag & 3;
  if (kind === 0) {
    const size = Math.max(0, high - 59);
    into.length = (size === 0 ? high : readUintLE(block, at + 1, size)) + 1;
    into.offset = 0;
    into.next = at + 1 + size + into.length;
    return;
  }
  const size = kind === 3 ? 4 : kind;
  into.length = kind === 1 ? (high & 7) + 4 : high + 1;
  into.offset = readUintLE(block, at + 1, size) + (kind === 1 ? (tag >>> 5) * 256 : 0);
  into.next = at + 1 + size;
  if (into.offset === 0 && into.next <= block.length) {
    throw badSnappy(`copies from 0 bytes back (byte ${at})`);
  }
}

function readUintLE(block: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at + size - 1; i >= at; i--) value = value * 256 + (block[i] ?? 0);
  return value;
}

function badSnappy(problem: string): P2PError {
  return new P2PError(`bad snappy block: ${problem}`, {
    code: "P2P_ERR_BAD_SNAPPY",
    reason: DiscReason.ProtocolError,
  });
}
