/**
 * What a frame says, in words: its message's name, its content in one line, and its bytes beside
 * their meaning.
 * @module
 */

import { BASE_PROTOCOL } from "./colours.ts";
import { formatBytes } from "./format.ts";
import type { Frame } from "./frames.ts";
import type { RlpItem } from "./rlp-view.ts";
import { readRlp } from "./rlp-view.ts";

/** Turns a disconnect reason into words. */
export type ReasonWords = (reason: number) => string;

/** A stretch of payload and what it means. */
export interface Meaning {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** The field's name, where the message is known. */
  readonly name: string;
  readonly text: string;
}

interface Message {
  readonly name: string;
  /** Names of the items of its list. */
  readonly fields: readonly string[];
}

/** The messages whose fields this page can name; all others are shown as bare RLP. */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, Message>>>> = {
  [BASE_PROTOCOL]: {
    0: { name: "Hello", fields: ["base version", "client", "capabilities", "listen port", "key"] },
    1: { name: "Disconnect", fields: ["reason"] },
    2: { name: "Ping", fields: [] },
    3: { name: "Pong", fields: [] },
  },
  MyProtocol: { 0: { name: "Text", fields: ["text"] } },
  chat: {
    0: { name: "Join", fields: ["name"] },
    1: { name: "Say", fields: ["text"] },
    2: { name: "Said", fields: ["id", "name", "text", "time"] },
    3: { name: "People", fields: [] },
  },
};

/** Messages with a line of their own. */
const WORDED: Readonly<
  Record<string, (bytes: Uint8Array, items: readonly RlpItem[], words: ReasonWords) => string>
> = {
  "p2p/0": helloWords,
  "p2p/1": disconnectWords,
  "p2p/2": () => "",
  "p2p/3": () => "",
  "chat/2": saidWords,
  "chat/3": peopleWords,
};

/** Longest one-line content, in characters. */
const MAX_LINE = 140;

/** How many bytes are still read as a number rather than as hex. */
const MAX_NUMBER_BYTES = 4;

/** The name of a frame's message: `Ping`, or `message 0x03` where the page doesn't know it. */
export function messageName(frame: Pick<Frame, "protocol" | "code">): string {
  return (
    knownMessage(frame.protocol, frame.code) ??
    `message 0x${frame.code.toString(16).padStart(2, "0")}`
  );
}

/** The name of a protocol's message, if this page knows it. `code` is relative to the protocol. */
export function knownMessage(protocol: string, code: number): string | undefined {
  return MESSAGES[protocol]?.[code]?.name;
}

/** A frame's content in one line; empty if it has none. */
export function summarise(frame: Frame, reasonWords: ReasonWords): string {
  if (frame.size === 0) return "";
  const { items } = readRlp(frame.head);
  const words = WORDED[`${frame.protocol}/${frame.code}`];
  if (words !== undefined) return cutLine(words(frame.head, items, reasonWords));
  const line = items.length === 0 ? "not RLP" : renderList(frame.head, items);
  return cutLine(line);
}

/** A frame's bytes beside their meaning, in order, as far as they are kept. */
export function explain(frame: Frame, reasonWords: ReasonWords): Meaning[] {
  const { items, readTo } = readRlp(frame.head);
  const fields = MESSAGES[frame.protocol]?.[frame.code]?.fields ?? [];
  const meanings = items.map((item) => ({
    start: item.start,
    end: item.kind === "list" ? item.content : item.end,
    depth: item.depth,
    name: fieldName(item, fields),
    text: meaningOf(frame, item, items, reasonWords),
  }));
  if (readTo < frame.head.length) {
    const text = `${formatBytes(frame.head.length - readTo)} not read as RLP`;
    meanings.push({ start: readTo, end: frame.head.length, depth: 0, name: "", text });
  }
  return meanings;
}

/**
 * A byte string for people: text if it is text, a number if it is short, hex otherwise. One byte
 * may be either, and RLP doesn't say.
 */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const text = printable(bytes);
  if (text !== undefined && bytes.length === 1) return `“${text}” or ${bytes[0]}`;
  if (text !== undefined) return `“${text}”`;
  if (bytes.length <= MAX_NUMBER_BYTES) return String(numberOf(bytes));
  const hex = hexOf(bytes.subarray(0, 8));
  return bytes.length <= 8 ? `0x${hex}` : `0x${hex}… (${formatBytes(bytes.length)})`;
}

/** Bytes in hex, two digits each, with nothing between them. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isDisconnect(frame: Frame): boolean {
  return frame.protocol === BASE_PROTOCOL && frame.code === 1;
}

/** The reason stands in a list or alone, and 0 is written as an empty string. */
function disconnectWords(bytes: Uint8Array, items: readonly RlpItem[], words: ReasonWords): string {
  const item = items.find((candidate) => candidate.kind === "bytes");
  if (item === undefined) return words(0);
  return words(bytes.subarray(item.content, item.end).at(-1) ?? 0);
}

/** Client and protocols, which is what one looks for in a Hello. */
function helloWords(bytes: Uint8Array, items: readonly RlpItem[]): string {
  const at = new Map(items.map((item) => [item.path.join("."), item]));
  const text = (path: string): string => bare(contentOf(bytes, at.get(path)));
  const caps = items.filter((item) => item.path.length === 3 && item.path[1] === 2);
  const names = caps.map(({ path }) => {
    const version = at.get(`${path.join(".")}.1`);
    const number = version && numberOf(bytes.subarray(version.content, version.end));
    return `${text(`${path.join(".")}.0`)}/${number ?? "?"}`;
  });
  return [text("0.1"), ...names].join(", ");
}

/** Who said what in the chat. */
function saidWords(bytes: Uint8Array, items: readonly RlpItem[]): string {
  const [, , name, text] = items;
  if (name === undefined || text === undefined) return renderList(bytes, items);
  return `${bare(contentOf(bytes, name))}: ${contentOf(bytes, text)}`;
}

/** The names in a chat's list of people. */
function peopleWords(bytes: Uint8Array, items: readonly RlpItem[]): string {
  const names = items.filter((item) => item.path.length === 3 && item.path[2] === 1);
  const texts = names.map((item) => bare(contentOf(bytes, item)));
  return `${names.length} in the room: ${texts.join(", ")}`;
}

function contentOf(bytes: Uint8Array, item: RlpItem | undefined): string {
  return item === undefined || item.kind === "list"
    ? ""
    : describeBytes(bytes.subarray(item.content, item.end));
}

/** Without the quotation marks. */
function bare(text: string): string {
  return text.replace(/^“|”$/g, "");
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

function cutLine(line: string): string {
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE - 1)}…` : line;
}

function fieldName(item: RlpItem, fields: readonly string[]): string {
  return item.path.length === 2 ? (fields[item.path[1] ?? -1] ?? "") : "";
}

function meaningOf(
  frame: Frame,
  item: RlpItem,
  items: readonly RlpItem[],
  reasonWords: ReasonWords,
): string {
  const cut = item.cut ? ", not all of it kept here" : "";
  if (item.kind === "list") {
    const count = items.filter((other) => isChild(other, item)).length;
    return `${count === 0 ? "empty list" : `list of ${count}`}${cut}`;
  }
  const bytes = frame.head.subarray(item.content, item.end);
  if (isDisconnect(frame)) return reasonWords(bytes.at(-1) ?? 0);
  return `${describeBytes(bytes)}${cut}`;
}

function isChild(item: RlpItem, list: RlpItem): boolean {
  return item.depth === list.depth + 1 && item.start >= list.content && item.end <= list.end;
}

/** Items as one line; the outermost list's brackets go without saying. */
function renderList(bytes: Uint8Array, items: readonly RlpItem[]): string {
  let line = "";
  let depth = 0;
  for (const item of items) {
    while (depth > item.depth) {
      line += "]";
      depth -= 1;
    }
    if (line !== "" && !line.endsWith("[")) line += ", ";
    line += item.kind === "list" ? "[" : describeBytes(bytes.subarray(item.content, item.end));
    if (item.kind === "list") depth = item.depth + 1;
    if (line.length > 2 * MAX_LINE) break;
  }
  line += "]".repeat(depth);
  return items[0]?.kind === "list" ? line.slice(1, line.endsWith("]") ? -1 : undefined) : line;
}

/** The bytes as text, unless they hold control characters or are no UTF-8. */
function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /\p{C}/u.test(text) ? undefined : text;
  } catch {
    // Not UTF-8: then it is not text, which is an answer and no failure.
    return undefined;
  }
}
