/**
 * Schemas for lists: of one kind, with places, with fields.
 * @module
 */

import { typeName } from "./bytes.ts";
import type { Failed, RlpReader } from "./rlp.ts";
import { FAILED } from "./rlp.ts";
import type { RlpWriter } from "./rlp-writer.ts";
import type { Infer, OptionalSchema, RestSchema, Schema } from "./schema.ts";
import { checkItem, checkOrder } from "./schema.ts";

/** The fields of a `struct`, in the order in which they go on the wire. */
type Fields = Readonly<Record<string, Schema<unknown>>>;

/** What `tuple(...S)` stands for. */
type TupleOf<S extends readonly Schema<unknown>[]> = S extends readonly [
  infer Head,
  ...infer Tail extends readonly Schema<unknown>[],
]
  ? Head extends RestSchema<infer T>
    ? T[]
    : Head extends OptionalSchema<infer T>
      ? [(T | undefined)?, ...TupleOf<Tail>]
      : [Infer<Head>, ...TupleOf<Tail>]
  : [];

/** What `struct(F)` stands for. */
type StructOf<F extends Fields> = Flat<
  {
    [K in keyof F as F[K] extends OptionalSchema<unknown> ? never : K]: Infer<F[K]>;
  } & {
    [K in keyof F as F[K] extends OptionalSchema<unknown> ? K : never]?: Infer<F[K]>;
  }
>;

/** What error messages call an element. A tuple's rest has none: its items go on counting. */
type Key = string | number | undefined;

type Flat<T> = { [K in keyof T]: T[K] };

/**
 * A list of any number of items, or of at most `max`.
 * @throws `TypeError` or `RangeError` for arguments that aren't a schema and a count.
 */
export function list<T>(item: Schema<T>, options: { readonly max?: number } = {}): Schema<T[]> {
  checkItem(item, "list");
  const max = options.max ?? Number.POSITIVE_INFINITY;
  if (!(max >= 0)) throw new RangeError(`max: expected a number from 0, got ${max}`);
  return {
    kind: "item",
    expects: "a list",
    decode(reader) {
      const outer = reader.enterList("a list");
      if (outer < 0) return FAILED;
      const items = readItems(reader, item, max, 0);
      if (items !== FAILED) reader.leaveList(outer);
      return items;
    },
    encode(writer, value) {
      if (!Array.isArray(value)) throw writer.typeError("an array", typeName(value));
      if (value.length > max) throw writer.rangeError(`at most ${max} items`, `${value.length}`);
      const before = writer.openList();
      writeItems(writer, item, value, 0);
      writer.closeList(before);
    },
    matches: (value) =>
      Array.isArray(value) && value.length <= max && value.every((each) => item.matches(each)),
  };
}

/**
 * A list with one schema for each place. One element too many is an error, unless the last
 * schema is a `rest`.
 * @throws `TypeError` when `optional` or `rest` is not at the end.
 */
export function tuple<const S extends readonly Schema<unknown>[]>(
  ...elements: S
): Schema<TupleOf<S>> {
  checkOrder(elements, "tuple");
  const schemas = elements.map((schema, i) => (isRest(schema) ? restFrom(schema.item, i) : schema));
  const hasRest = schemas.at(-1)?.kind === "rest";
  const fixed = hasRest ? schemas.length - 1 : schemas.length;
  const keys = schemas.map((schema, i) => (schema.kind === "rest" ? undefined : i));
  const expects = `a list of ${fixed}${hasRest ? " or more" : ""}`;
  const spread = (value: readonly unknown[]): unknown[] =>
    schemas.map((schema, i) => (schema.kind === "rest" ? value.slice(i) : value[i]));
  return {
    kind: "item",
    expects,
    decode(reader) {
      const values = readElements(reader, schemas, keys, expects);
      if (values === FAILED) return FAILED;
      // Only `rest` gives a list here that has to be laid out flat.
      const flat = hasRest ? values.slice(0, fixed).concat(values[fixed]) : values;
      return flat as TupleOf<S>;
    },
    encode(writer, value) {
      if (!Array.isArray(value)) throw writer.typeError("an array", typeName(value));
      if (!hasRest && value.length > fixed) {
        throw writer.rangeError(`at most ${fixed} elements`, `${value.length}`);
      }
      writeElements(writer, schemas, keys, spread(value));
    },
    matches: (value) =>
      Array.isArray(value) &&
      (hasRest || value.length <= fixed) &&
      elementsMatch(schemas, spread(value)),
  };
}

/**
 * An object whose fields go on the wire as a list, in the order in which they are written here:
 * go-ethereum's structs. One element too many is an error, unless the last field is a `rest`.
 * Writing ignores properties that aren't fields.
 * @throws `TypeError` when `optional` or `rest` is not at the end, or for a name that JavaScript
 * would put in another order.
 */
export function struct<F extends Fields>(fields: F): Schema<StructOf<F>> {
  const keys = Object.keys(fields);
  const schemas = Object.values(fields);
  for (const key of keys) {
    if (/^\d+$/.test(key) || key === "__proto__") {
      throw new TypeError(`struct: expected a name that keeps its order, got ${key}`);
    }
  }
  checkOrder(schemas, "struct");
  const expects = `a list of {${keys.join(", ")}}`;
  const valuesOf = (value: object): unknown[] =>
    keys.map((key) => (value as Readonly<Record<string, unknown>>)[key]);
  return {
    kind: "item",
    expects,
    decode(reader) {
      const values = readElements(reader, schemas, keys, expects);
      if (values === FAILED) return FAILED;
      const object: Record<string, unknown> = {};
      for (let i = 0; i < values.length; i++) object[keys[i] as string] = values[i];
      return object as StructOf<F>;
    },
    encode(writer, value) {
      if (!isObject(value)) throw writer.typeError("an object", typeName(value));
      writeElements(writer, schemas, keys, valuesOf(value));
    },
    matches: (value) => isObject(value) && elementsMatch(schemas, valuesOf(value)),
  };
}

/** An element at the end of a `tuple` or a `struct` that may be left out, with all after it. */
export function optional<T>(item: Schema<T>): OptionalSchema<T> {
  checkItem(item, "optional");
  return {
    kind: "optional",
    expects: item.expects,
    decode: (reader) => item.decode(reader),
    encode(writer, value) {
      if (value !== undefined) item.encode(writer, value);
    },
    matches: (value) => value === undefined || item.matches(value),
  };
}

/** All the elements that are left of a `tuple` or a `struct`, none included. */
export function rest<T>(item: Schema<T>): RestSchema<T> {
  checkItem(item, "rest");
  return restFrom(item, 0);
}

/** `base` is what error messages call the first one: in a tuple they go on counting. */
function restFrom<T>(item: Schema<T>, base: number): RestSchema<T> {
  return {
    kind: "rest",
    item,
    expects: item.expects,
    decode: (reader) => readItems(reader, item, Number.POSITIVE_INFINITY, base),
    encode(writer, value) {
      if (!Array.isArray(value)) throw writer.typeError("an array", typeName(value));
      writeItems(writer, item, value, base);
    },
    matches: (value) => Array.isArray(value) && value.every((each) => item.matches(each)),
  };
}

/** Reads items up to the end of the list. */
function readItems<T>(reader: RlpReader, item: Schema<T>, max: number, base: number): T[] | Failed {
  const items: T[] = [];
  while (reader.at < reader.end) {
    if (items.length >= max) return reader.fail(reader.at, `at most ${max} items`, "more");
    const value = item.decode(reader);
    if (value === FAILED) return reader.within(base + items.length);
    items.push(value);
  }
  return items;
}

/** Reads a whole list with one value for each schema; those that are left out at the end are absent. */
function readElements(
  reader: RlpReader,
  schemas: readonly Schema<unknown>[],
  keys: readonly Key[],
  expects: string,
): unknown[] | Failed {
  const outer = reader.enterList(expects);
  if (outer < 0) return FAILED;
  const values: unknown[] = [];
  for (let i = 0; i < schemas.length; i++) {
    const schema = schemas[i] as Schema<unknown>;
    if (schema.kind === "optional" && reader.at >= reader.end) {
      if (schemas.at(-1)?.kind !== "rest") break;
      values.push(undefined);
      continue;
    }
    const value = schema.decode(reader);
    const key = keys[i];
    if (value === FAILED) return key === undefined ? FAILED : reader.within(key);
    values.push(value);
  }
  if (reader.at < reader.end) return reader.fail(reader.at, expects, "too many elements");
  reader.leaveList(outer);
  return values;
}

function writeItems<T>(
  writer: RlpWriter,
  item: Schema<T>,
  values: readonly T[],
  base: number,
): void {
  for (let i = values.length - 1; i >= 0; i--) {
    writer.enter(base + i);
    item.encode(writer, values[i] as T);
    writer.leave();
  }
}

function writeElements(
  writer: RlpWriter,
  schemas: readonly Schema<unknown>[],
  keys: readonly Key[],
  values: readonly unknown[],
): void {
  const before = writer.openList();
  const first = writer.length;
  for (let i = schemas.length - 1; i >= 0; i--) {
    const schema = schemas[i] as Schema<unknown>;
    const key = keys[i];
    if (key !== undefined) writer.enter(key);
    // Leaving out one in the middle would move those after it.
    if (schema.kind === "optional" && values[i] === undefined && writer.length > first) {
      throw writer.typeError("a value, since one after it is there", "undefined");
    }
    schema.encode(writer, values[i]);
    if (key !== undefined) writer.leave();
  }
  writer.closeList(before);
}

function elementsMatch(schemas: readonly Schema<unknown>[], values: readonly unknown[]): boolean {
  let needed = false;
  for (let i = schemas.length - 1; i >= 0; i--) {
    const value = values[i];
    if (schemas[i]?.matches(value) !== true || (needed && value === undefined)) return false;
    const none = schemas[i]?.kind === "rest" && Array.isArray(value) && value.length === 0;
    needed ||= value !== undefined && !none;
  }
  return true;
}

function isRest(schema: Schema<unknown>): schema is RestSchema<unknown> {
  return schema.kind === "rest";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
