/**
 * Snappy's block format without its leading length. Both directions may write up to 16 bytes past
 * what they give.
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 * @module
 */

import { MATCHES } from "./layout";

/** Shorter inputs, and the last bytes of each, are literals: reads ahead stay inside. */
const MARGIN: usize = 15;
const MAX_TABLE_BITS: u32 = 14;

/** Compresses up to 65,536 bytes; gives the address after what was written. */
export function compress(from: usize, length: usize, to: usize): usize {
  const end = from + length;
  if (length <= MARGIN) return literal(from, end, to);
  let bits: u32 = 8;
  while (bits < MAX_TABLE_BITS && (<usize>1) << bits < length) bits++;
  memory.fill(MATCHES, 0, (<usize>2) << bits);
  const shift = 32 - bits;
  const limit = end - MARGIN;
  let pending = from;
  let at = from + 1;
  while (true) {
    let match = from;
    // The longer nothing is found, the larger the steps: what doesn't compress costs little.
    for (let tries: usize = 32; ; tries++) {
      if (at >= limit) return literal(pending, end, to);
      match = remember(from, at, shift);
      if (load<u32>(at) === load<u32>(match)) break;
      at += tries >> 5;
    }
    to = literal(pending, at, to);
    do {
      const start = at;
      at = endOfMatch(match + 4, at + 4, end);
      to = copy(start - match, at - start, to);
      if (at >= limit) return literal(at, end, to);
      remember(from, at - 1, shift);
      match = remember(from, at, shift);
    } while (load<u32>(at) === load<u32>(match));
    pending = at++;
  }
}

/** Notes where the next four bytes stand; gives where bytes with their hash stood before. */
function remember(from: usize, at: usize, shift: u32): usize {
  const entry = MATCHES + ((<usize>((load<u32>(at) * 0x1e35a7bd) >> shift)) << 1);
  const before = from + load<u16>(entry);
  store<u16>(entry, <u16>(at - from));
  return before;
}

function endOfMatch(earlier: usize, at: usize, end: usize): usize {
  for (; at + 8 <= end; at += 8, earlier += 8) {
    const difference = load<u64>(at) ^ load<u64>(earlier);
    if (difference) return at + <usize>(ctz(difference) >> 3);
  }
  while (at < end && load<u8>(at) === load<u8>(earlier)) {
    at++;
    earlier++;
  }
  return at;
}

function literal(from: usize, end: usize, to: usize): usize {
  const length = end - from;
  if (length === 0) return to;
  const n = length - 1;
  if (n < 60) {
    store<u8>(to++, n << 2);
  } else if (n < 256) {
    store<u8>(to, 60 << 2);
    store<u8>(to + 1, n);
    to += 2;
  } else {
    store<u8>(to, 61 << 2);
    store<u16>(to + 1, <u16>n);
    to += 3;
  }
  move(from, to, length);
  return to + length;
}

function copy(offset: usize, length: usize, to: usize): usize {
  while (length >= 68) {
    to = longCopy(offset, 64, to);
    length -= 64;
  }
  if (length > 64) {
    to = longCopy(offset, 60, to);
    length -= 60;
  }
  if (length >= 12 || offset >= 2048) return longCopy(offset, length, to);
  store<u8>(to, ((offset >> 8) << 5) | ((length - 4) << 2) | 1);
  store<u8>(to + 1, offset);
  return to + 2;
}

function longCopy(offset: usize, length: usize, to: usize): usize {
  store<u8>(to, ((length - 1) << 2) | 2);
  store<u16>(to + 1, <u16>offset);
  return to + 3;
}

/** Copies to a place that doesn't overlap. */
function move(from: usize, to: usize, length: usize): void {
  if (length > 64) {
    memory.copy(to, from, length);
    return;
  }
  for (let i: usize = 0; i < length; i += 16) {
    store<u64>(to + i, load<u64>(from + i));
    store<u64>(to + i, load<u64>(from + i, 8), 8);
  }
}

/**
 * Decompresses elements that are to give `size` bytes; says whether they are complete, copy only
 * from what is there, and give just that.
 */
export function decompress(from: usize, length: usize, to: usize, size: usize): bool {
  const end = from + length;
  const start = to;
  const stop = to + size;
  while (from < end) {
    const tag: usize = load<u8>(from++);
    const kind = tag & 3;
    let bytes: usize = kind === 3 ? 4 : kind;
    let count = (tag >> 2) + 1;
    if (kind === 0) {
      if (count > 60) {
        bytes = count - 60;
        count = uint(from, bytes) + 1;
        from += bytes;
      }
      // A literal of 2^32 bytes has become one of none.
      if (count - 1 >= end - from || from > end || count > stop - to) return false;
      move(from, to, count);
      from += count;
    } else {
      let offset = uint(from, bytes);
      from += bytes;
      if (kind === 1) {
        count = ((tag >> 2) & 7) + 4;
        offset |= (tag >> 5) << 8;
      }
      if (from > end || offset - 1 >= to - start || count > stop - to) return false;
      repeat(to - offset, to, count);
    }
    to += count;
  }
  return to === stop;
}

function uint(at: usize, bytes: usize): usize {
  return load<u32>(at) & (0xffff_ffff >> <u32>(32 - 8 * bytes));
}

/** Copies forwards to a place that may overlap: then the same bytes come again and again. */
function repeat(from: usize, to: usize, length: usize): void {
  const end = to + length;
  if (to - from >= 8) {
    for (; to < end; to += 8, from += 8) store<u64>(to, load<u64>(from));
    return;
  }
  for (; to < end; to++, from++) store<u8>(to, load<u8>(from));
}
