/**
 * Reads RLP for people: every item with its place in the bytes, as far as the bytes make sense.
 * @module
 */

/** One item of a payload. */
export interface RlpItem {
  readonly kind: "list" | "bytes";
  /** 0 for the outermost. */
  readonly depth: number;
  /** Where its prefix starts. A single byte below 0x80 has no prefix. */
  readonly start: number;
  /** Where its content starts. */
  readonly content: number;
  /** Where it ends, or the end of what is there. */
  readonly end: number;
  /** Its place in its list: `[0, 2]` is the third item of the outermost list. */
  readonly path: readonly number[];
  /** True when it says to be longer than the bytes that are there. */
  readonly cut: boolean;
}

/** What a payload holds. */
export interface RlpView {
  readonly items: readonly RlpItem[];
  /** The first byte that could not be read as RLP, or was not looked at any more. */
  readonly readTo: number;
}

/** How many items are looked at. */
const MAX_ITEMS = 256;

interface Open {
  readonly end: number;
  readonly path: readonly number[];
  next: number;
}

/** The items of `bytes` in reading order. Never throws; what is no RLP is left unread. */
export function readRlp(bytes: Uint8Array): RlpView {
  const items: RlpItem[] = [];
  const stack: Open[] = [{ end: bytes.length, path: [], next: 0 }];
  let at = 0;
  while (items.length < MAX_ITEMS) {
    let top = stack.at(-1);
    while (top !== undefined && at >= top.end) {
      stack.pop();
      top = stack.at(-1);
    }
    if (top === undefined) break;
    const item = readItem(bytes, at, top, stack.length - 1);
    if (item === undefined) break;
    items.push(item);
    top.next += 1;
    at = item.kind === "list" ? item.content : item.end;
    if (item.kind === "list") stack.push({ end: item.end, path: item.path, next: 0 });
  }
  return { items, readTo: at };
}

function readItem(bytes: Uint8Array, at: number, top: Open, depth: number): RlpItem | undefined {
  const prefix = bytes[at] ?? 0;
  const kind = prefix >= 0xc0 ? "list" : "bytes";
  const base = prefix >= 0xc0 ? 0xc0 : 0x80;
  const path = [...top.path, top.next];
  if (prefix < 0x80) {
    return { kind, depth, start: at, content: at, end: at + 1, path, cut: false };
  }
  const long = prefix - base > 55;
  const sizeBytes = long ? prefix - base - 55 : 0;
  const content = at + 1 + sizeBytes;
  if (content > top.end) return undefined;
  const length = long ? bigEndian(bytes.subarray(at + 1, content)) : prefix - base;
  const cut = content + length > top.end;
  return { kind, depth, start: at, content, end: cut ? top.end : content + length, path, cut };
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
