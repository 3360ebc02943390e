/**
 * What a schema is, and the schemas for single values.
 * @module
 */

import { isBytes } from "@noble/hashes/utils.js";
import { bytesToHex, tryUtf8, typeName } from "./bytes.ts";
import type { Failed } from "./rlp.ts";
import { FAILED, RlpReader } from "./rlp.ts";
import type { RlpWriter } from "./rlp-writer.ts";

/**
 * The shape of one RLP item, for reading and for writing. Made by `str`, `list` and their like;
 * its members are for those alone.
 */
export interface Schema<T> {
  /** `optional` and `rest` only stand at the end of a `tuple` or a `struct`. */
  readonly kind: "item" | "optional" | "rest";
  /** What it wants, in words, for error messages. */
  readonly expects: string;
  /** Reads one item and moves past it, or gives `FAILED` and tells the reader why. */
  decode(reader: RlpReader): T | Failed;
  /** Writes one item. Throws `TypeError` or `RangeError` for a value that doesn't fit. */
  encode(writer: RlpWriter, value: T): void;
  /** True for a value that `encode` takes. */
  matches(value: unknown): boolean;
}

/** An element that may be left out, as may all after it. */
export interface OptionalSchema<T> extends Schema<T | undefined> {
  readonly kind: "optional";
}

/** All the elements that are left. */
export interface RestSchema<T> extends Schema<T[]> {
  readonly kind: "rest";
  readonly item: Schema<T>;
}

/** The type of the values of a schema. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** What `bigint` takes: as wide as the integers of Ethereum. */
const BIGINT_BYTES = 32;

/** A text, in UTF-8. `"0x12"` is a text of four characters. */
export const str: Schema<string> = {
  kind: "item",
  expects: "text",
  decode(reader) {
    const at = reader.at;
    if (!reader.readString("text")) return FAILED;
    const text = tryUtf8(reader.bytes, reader.start, reader.at);
    return text ?? reader.fail(at, "text in UTF-8", "other bytes");
  },
  encode(writer, value) {
    if (typeof value !== "string") throw writer.typeError("a string", typeName(value));
    writer.text(value);
  },
  matches: (value) => typeof value === "string",
};

/** An integer from 0 to 2^53 - 1, without leading zeros. */
export const uint: Schema<number> = {
  kind: "item",
  expects: "an integer",
  decode(reader) {
    const at = reader.at;
    const tag = reader.bytes[at] as number;
    if (tag > 0 && tag < 0x80 && at < reader.end) {
      // Most integers are small: no header to read.
      reader.at = at + 1;
      return tag;
    }
    if (!readInteger(reader, "an integer")) return FAILED;
    let value = 0;
    for (let i = reader.start; i < reader.at; i++)
      value = value * 256 + (reader.bytes[i] as number);
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    return reader.fail(at, "an integer up to 2^53 - 1", "a larger one");
  },
  encode(writer, value) {
    if (typeof value !== "number") throw writer.typeError("a number", typeName(value));
    if (!isUint(value)) throw writer.rangeError("an integer from 0 to 2^53 - 1", String(value));
    writer.uint(value);
  },
  matches: isUint,
};

/** An integer from 0 to 2^256 - 1, without leading zeros. */
export const bigint: Schema<bigint> = {
  kind: "item",
  expects: "an integer",
  decode(reader) {
    const at = reader.at;
    if (!readInteger(reader, "an integer") || !reader.countObject()) return FAILED;
    const { start, length } = reader;
    if (length > BIGINT_BYTES) {
      return reader.fail(at, "an integer up to 2^256 - 1", "a larger one");
    }
    if (length === 0) return 0n;
    return BigInt(`0x${bytesToHex(reader.bytes.subarray(start, reader.at))}`);
  },
  encode(writer, value) {
    if (typeof value !== "bigint") throw writer.typeError("a bigint", typeName(value));
    if (!isBigint(value)) throw writer.rangeError("an integer from 0 to 2^256 - 1", String(value));
    writer.bigint(value);
  },
  matches: isBigint,
};

/** `true` (1) or `false` (0). */
export const bool: Schema<boolean> = {
  kind: "item",
  expects: "a boolean",
  decode(reader) {
    const at = reader.at;
    if (!reader.readString("a boolean")) return FAILED;
    if (reader.length === 0) return false;
    if (reader.length === 1 && reader.bytes[reader.start] === 1) return true;
    return reader.fail(at, "a boolean (1 or nothing)", "other bytes");
  },
  encode(writer, value) {
    if (typeof value !== "boolean") throw writer.typeError("a boolean", typeName(value));
    writer.uint(value ? 1 : 0);
  },
  matches: (value) => typeof value === "boolean",
};

/**
 * One item of any kind, as the bytes it has on the wire, header included: a view of the message.
 * What a list has inside is not looked at. Writing takes exactly one item.
 */
export const raw: Schema<Uint8Array> = {
  kind: "item",
  expects: "an item",
  decode(reader) {
    const from = reader.skip();
    if (from < 0 || !reader.countObject()) return FAILED;
    return reader.bytes.subarray(from, reader.at);
  },
  encode(writer, value) {
    if (!isBytes(value)) throw writer.typeError("an encoded item", typeName(value));
    if (!isItem(value)) throw writer.rangeError("one encoded item", "other bytes");
    writer.raw(value);
  },
  matches: (value) => isBytes(value) && isItem(value),
};

/**
 * A byte string, of `length` bytes if that is given. Read, it is a view of the message: valid as
 * long as you keep it, and keeping it keeps the message's memory.
 */
export function bytes(length?: number): Schema<Uint8Array> {
  if (length !== undefined && !isUint(length)) {
    throw new RangeError(`length: expected an integer from 0, got ${length}`);
  }
  const expects = length === undefined ? "bytes" : `${length} bytes`;
  const fits = (value: Uint8Array): boolean => length === undefined || value.length === length;
  return {
    kind: "item",
    expects,
    decode(reader) {
      const at = reader.at;
      if (!reader.readString(expects) || !reader.countObject()) return FAILED;
      if (length !== undefined && reader.length !== length) return reader.fail(at, expects);
      return reader.bytes.subarray(reader.start, reader.at);
    },
    encode(writer, value) {
      if (!isBytes(value)) throw writer.typeError(expects, typeName(value));
      if (!fits(value)) throw writer.rangeError(expects, `${value.length} bytes`);
      writer.bytes(value);
    },
    matches: (value) => isBytes(value) && fits(value),
  };
}

/**
 * Checks that something is a schema that may stand alone.
 * @throws `TypeError` naming `where`.
 */
export function checkItem(schema: Schema<unknown>, where: string): void {
  checkSchema(schema, where);
  if (schema.kind === "item") return;
  throw new TypeError(`${where}: ${schema.kind}() only stands in a tuple or a struct`);
}

function checkSchema(schema: Schema<unknown>, where: string): void {
  if (typeof schema?.decode === "function") return;
  throw new TypeError(`${where}: expected a schema, got ${typeName(schema)}`);
}

/**
 * Checks that `optional` and `rest` are where they may be.
 * @throws `TypeError` naming `where`.
 */
export function checkOrder(schemas: readonly Schema<unknown>[], where: string): void {
  let previous: Schema<unknown>["kind"] = "item";
  for (const schema of schemas) {
    checkSchema(schema, where);
    if (previous === "rest") throw new TypeError(`${where}: rest() must come last`);
    if (previous === "optional" && schema.kind === "item") {
      throw new TypeError(`${where}: after optional() all others must be optional too`);
    }
    previous = schema.kind;
  }
}

function readInteger(reader: RlpReader, expected: string): boolean {
  const at = reader.at;
  if (!reader.readString(expected)) return false;
  if (reader.length === 0 || reader.bytes[reader.start] !== 0) return true;
  reader.fail(at, "an integer without leading zeros", "one with them");
  return false;
}

function isUint(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBigint(value: unknown): boolean {
  return typeof value === "bigint" && value >= 0n && value < 1n << BigInt(8 * BIGINT_BYTES);
}

function isItem(value: Uint8Array): boolean {
  const reader = new RlpReader(value);
  return reader.skip() === 0 && reader.at === value.length;
}
