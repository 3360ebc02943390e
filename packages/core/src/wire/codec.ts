/**
 * RLP in and out: by a schema, or as nested arrays.
 * @module
 */

import { isBytes } from "@noble/hashes/utils.js";
import { abytes, plainView, typeName } from "./bytes.ts";
import type { Failed } from "./rlp.ts";
import { FAILED, RlpReader } from "./rlp.ts";
import { RlpWriter } from "./rlp-writer.ts";
import type { Schema } from "./schema.ts";
import { checkItem } from "./schema.ts";

/** What RLP is without a schema: byte strings, and lists of such. */
export type RlpValue = Uint8Array | RlpValue[];

/**
 * What can be written without a schema. Texts become UTF-8 (`"0x12"` is a text of four characters),
 * `true` is 1 and `false` is 0, numbers are non-negative integers.
 */
export type RlpInput = Uint8Array | string | number | bigint | boolean | readonly RlpInput[];

interface OpenList {
  readonly items: RlpValue[];
  readonly outer: number;
}

/**
 * Encodes one item. The bytes are new and the caller's own.
 * @throws `TypeError` or `RangeError` for a value that RLP, or the schema, can't carry; the message
 * says where it is, such as `value[2].name`.
 */
export function encodeRlp(value: RlpInput): Uint8Array;
export function encodeRlp<T>(value: NoInfer<T>, schema: Schema<T>): Uint8Array;
export function encodeRlp(value: unknown, schema?: Schema<unknown>): Uint8Array {
  const writer = new RlpWriter("value");
  if (schema === undefined) {
    writeValue(writer, value);
  } else {
    checkItem(schema, "schema");
    schema.encode(writer, value);
  }
  return writer.finish();
}

/**
 * Decodes exactly one item. Byte strings are views of `bytes`, not copies. Takes time in proportion
 * to the bytes, whatever they are. Without a schema at most 1,048,576 items are read.
 * @throws P2PError `P2P_ERR_BAD_RLP` for bytes that aren't canonical RLP or don't fit the schema.
 */
export function decodeRlp(bytes: Uint8Array): RlpValue;
export function decodeRlp<T>(bytes: Uint8Array, schema: Schema<T>): T;
export function decodeRlp(bytes: Uint8Array, schema?: Schema<unknown>): unknown {
  const reader = new RlpReader(plainView(abytes(bytes, undefined, "bytes")));
  if (schema !== undefined) checkItem(schema, "schema");
  const value = schema === undefined ? readNested(reader) : schema.decode(reader);
  if (value !== FAILED && reader.at === reader.end) return value;
  if (value !== FAILED) reader.fail(reader.at, "the end of the input", "more bytes");
  throw reader.error();
}

/** Keeps the lists it is in on a stack of its own, since their depth is the sender's choice. */
function readNested(reader: RlpReader): RlpValue | Failed {
  const open: OpenList[] = [];
  for (;;) {
    let done = readOpening(reader, open);
    if (done === FAILED) {
      for (const { items } of open.reverse()) reader.within(items.length);
      return FAILED;
    }
    while (done !== undefined) {
      const list = open.at(-1);
      if (list === undefined) return done;
      list.items.push(done);
      if (reader.at < reader.end) break;
      reader.leaveList(list.outer);
      open.pop();
      done = list.items;
    }
  }
}

/** Reads a string or an empty list, or opens a list, which gives `undefined`. */
function readOpening(reader: RlpReader, open: OpenList[]): RlpValue | Failed | undefined {
  if (!reader.readHeader("an item")) return FAILED;
  if (!reader.isList) {
    if (!reader.countObject()) return FAILED;
    reader.at = reader.start + reader.length;
    return reader.bytes.subarray(reader.start, reader.at);
  }
  const outer = reader.enterList("a list");
  if (outer < 0) return FAILED;
  if (reader.at < reader.end) {
    open.push({ items: [], outer });
    return undefined;
  }
  reader.leaveList(outer);
  return [];
}

function writeValue(writer: RlpWriter, value: unknown): void {
  if (typeof value === "string") writer.text(value);
  else if (typeof value === "boolean") writer.uint(value ? 1 : 0);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "bigint") writeBigint(writer, value);
  else if (Array.isArray(value)) writeList(writer, value);
  else if (isBytes(value)) writer.bytes(value);
  else throw writer.typeError("bytes, text, a number, a boolean or an array", typeName(value));
}

function writeNumber(writer: RlpWriter, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw writer.rangeError("an integer from 0 to 2^53 - 1", String(value));
  }
  writer.uint(value);
}

function writeBigint(writer: RlpWriter, value: bigint): void {
  if (value < 0n) throw writer.rangeError("an integer from 0", String(value));
  writer.bigint(value);
}

/** Recursion is bounded: the writer counts the lists it is in. */
function writeList(writer: RlpWriter, items: readonly unknown[]): void {
  const before = writer.openList();
  for (let i = items.length - 1; i >= 0; i--) {
    writer.enter(i);
    writeValue(writer, items[i]);
    writer.leave();
  }
  writer.closeList(before);
}
