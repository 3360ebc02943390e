/**
 * What a frame says: its content in one line, and its bytes beside their meaning.
 * @module
 */

import { describeBytes } from "./byte-words.ts";
import type { Frame } from "./frame-log.ts";
import type { MessageWords } from "./message-words.ts";
import { BASE_PROTOCOL, contentOf, DISCONNECT, payloadView, reasonOf } from "./message-words.ts";
import type { RlpItem } from "./rlp-view.ts";
import { readRlp } from "./rlp-view.ts";

/** A stretch of a payload and what it means. */
export interface Meaning {
  /** Where it starts in `Frame.head`. */
  readonly start: number;
  readonly end: number;
  /** How deep it is in lists: 0 for the outermost. */
  readonly depth: number;
  /** The field's name; empty where it isn't known. */
  readonly name: string;
  readonly text: string;
}

/** Longest content in one line, in characters. */
const MAX_LINE = 140;

/** A frame's content in one line; empty if it has none. */
export function lineOf(frame: Frame, words: MessageWords | undefined): string {
  if (frame.size === 0) return "";
  const view = readRlp(frame.head);
  if (words?.line) return cutLine(words.line(payloadView(frame.head, view)));
  return cutLine(view.items.length === 0 ? "not RLP" : renderItems(frame.head, view.items));
}

/** A frame's bytes beside their meaning, in order and without gaps, as far as they are kept. */
export function meaningsOf(frame: Frame, words: MessageWords | undefined): Meaning[] {
  const { items, readTo } = readRlp(frame.head);
  const meanings = items.map((item) => ({
    start: item.start,
    end: item.kind === "list" ? item.content : item.end,
    depth: item.depth,
    name: fieldName(item, words?.fields ?? []),
    text: textOf(frame, item, items),
  }));
  const left = frame.head.length - readTo;
  if (left > 0) {
    const text = `${left} ${left === 1 ? "byte" : "bytes"} not read as RLP`;
    meanings.push({ start: readTo, end: frame.head.length, depth: 0, name: "", text });
  }
  return meanings;
}

function cutLine(line: string): string {
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 1)}…` : line;
}

function fieldName(item: RlpItem, fields: readonly string[]): string {
  return item.path.length === 2 ? (fields[item.path[1] ?? -1] ?? "") : "";
}

function textOf(frame: Frame, item: RlpItem, items: readonly RlpItem[]): string {
  const cut = item.cut ? ", not all of it kept here" : "";
  if (item.kind === "list") {
    const count = items.filter((other) => isChild(other, item)).length;
    return `${count === 0 ? "empty list" : `list of ${count}`}${cut}`;
  }
  const bytes = contentOf(frame.head, item);
  if (frame.protocol === BASE_PROTOCOL && frame.code === DISCONNECT) return reasonOf(bytes);
  return `${describeBytes(bytes)}${cut}`;
}

function isChild(item: RlpItem, list: RlpItem): boolean {
  return item.depth === list.depth + 1 && item.start >= list.content && item.end <= list.end;
}

/** Items as one line; the outermost list's brackets go without saying. */
function renderItems(bytes: Uint8Array, items: readonly RlpItem[]): string {
  let line = "";
  let depth = 0;
  for (const item of items) {
    while (depth > item.depth) {
      line += "]";
      depth -= 1;
    }
    if (line !== "" && !line.endsWith("[")) line += ", ";
    line += item.kind === "list" ? "[" : describeBytes(contentOf(bytes, item));
    if (item.kind === "list") depth = item.depth + 1;
    if (line.length > 2 * MAX_LINE) break;
  }
  line += "]".repeat(depth);
  return items[0]?.kind === "list" ? line.slice(1, line.endsWith("]") ? -1 : undefined) : line;
}
