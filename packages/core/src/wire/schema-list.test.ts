import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes } from "./bytes.ts";
import type { RlpInput } from "./codec.ts";
import { decodeRlp, encodeRlp } from "./codec.ts";
import type { Infer, Schema } from "./schema.ts";
import { bool, bytes, raw, str, uint } from "./schema.ts";
import { oneOf } from "./schema-choice.ts";
import { list, optional, rest, struct, tuple } from "./schema-list.ts";

const encodeHex = <T>(value: NoInfer<T>, schema: Schema<T>) => bytesToHex(encodeRlp(value, schema));
const decodeHex = <T>(hex: string, schema: Schema<T>) => decodeRlp(hexToBytes(hex), schema);

/** The text of the error of a decode that must fail. */
function whyNot(schema: Schema<unknown>, input: RlpInput): string {
  try {
    decodeRlp(encodeRlp(input), schema);
  } catch (error) {
    if (P2PError.is(error) && error.code === "P2P_ERR_BAD_RLP") return error.message;
    throw error;
  }
  throw new Error("expected it to throw");
}

/** Texts of characters that are 1, 2, 3 and 4 bytes in UTF-8, the edges among them. */
const text = fc
  .array(fc.constantFrom("a", "0x12", "\0", "\x7f", "\x80", "é", "€", "\ufeff", "\uffff", "😀"))
  .map((parts) => parts.join(""));

describe("list", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(fc.array(fc.array(text)), (value) => {
        expect(decodeRlp(encodeRlp(value, list(list(str))), list(list(str)))).toEqual(value);
      }),
    );
  });

  test("is bounded by max both ways", () => {
    const schema = list(uint, { max: 2 });
    expect(decodeHex("c20102", schema)).toEqual([1, 2]);
    expect(whyNot(schema, [1, 2, 3])).toContain("expected at most 2 items, got more (byte 3)");
    expect(() => encodeRlp([1, 2, 3], schema)).toThrow(RangeError);
    expect(schema.matches([1, 2, 3])).toBe(false);
    expect(() => list(uint, { max: -1 })).toThrow(RangeError);
  });

  test("says where it went wrong", () => {
    expect(whyNot(list(list(uint)), [[1], [2, "ab", []]])).toContain("value[1][2]");
    expect(() => encodeRlp([[1], [2, -1]], list(list(uint)))).toThrow("value[1][1]: expected");
    expect(() => encodeRlp("a" as never, list(str))).toThrow(
      "value: expected an array, got string",
    );
  });

  test("refuses what isn't a schema", () => {
    expect(() => list(bytes as never)).toThrow("list: expected a schema, got function");
    expect(() => list(optional(str) as never)).toThrow("optional() only stands in a tuple");
    expect(() => decodeRlp(Uint8Array.of(0xc0), rest(str))).toThrow(TypeError);
    expect(() => encodeRlp([], rest(str))).toThrow(TypeError);
  });
});

describe("tuple", () => {
  const schema = tuple(str, optional(uint), optional(str), rest(uint));

  test("comes back as it was", () => {
    const pair = tuple(str, tuple(uint, bool));
    const value: [string, [number, boolean]] = ["a", [1, true]];
    expect(decodeRlp(encodeRlp(value, pair), pair)).toEqual(value);
    expect(encodeHex([], tuple())).toBe("c0");
    expect(decodeHex("c0", tuple())).toEqual([]);
  });

  test("refuses one element too many and one too few", () => {
    expect(whyNot(tuple(str), ["a", "b"])).toContain("expected a list of 1, got too many elements");
    expect(whyNot(tuple(str, uint), ["a"])).toContain(
      "value[1]: expected an integer, got the end of the input (byte 2)",
    );
    expect(whyNot(tuple(tuple(str, str), str), [["a"], "b"])).toContain(
      "value[0][1]: expected text, got the end of the list",
    );
    expect(whyNot(tuple(tuple(uint, uint), uint), [[1], 2])).toContain(
      "value[0][1]: expected an integer, got the end of the list",
    );
    expect(() => encodeRlp(["a", "b"] as never, tuple(str))).toThrow(
      new RangeError("value: expected at most 1 elements, got 2"),
    );
    expect(() => encodeRlp([] as never, tuple(str))).toThrow(
      "value[0]: expected a string, got undefined",
    );
  });

  test("leaves out optional elements at the end", () => {
    const pair = tuple(str, optional(uint), optional(str));
    expect(encodeHex(["a"], pair)).toBe("c161");
    expect(decodeHex("c161", pair)).toEqual(["a"]);
    expect(encodeHex(["a", 0], pair)).toBe("c26180");
    expect(decodeHex("c26180", pair)).toEqual(["a", 0]);
    expect(() => encodeRlp(["a", undefined, "b"], pair)).toThrow(
      "value[1]: expected a value, since one after it is there, got undefined",
    );
    expect(pair.matches(["a", undefined, "b"])).toBe(false);
    expect(pair.matches(["a", undefined, undefined])).toBe(true);
  });

  test("takes all that is left as a rest", () => {
    expect(decodeHex("c461016205", tuple(rest(raw)))).toHaveLength(4);
    expect(decodeRlp(encodeRlp(["a", 1, "b", 5, 6]), schema)).toEqual(["a", 1, "b", 5, 6]);
    expect(encodeRlp(["a", 1, "b", 5, 6], schema)).toEqual(encodeRlp(["a", 1, "b", 5, 6]));
    expect(decodeRlp(encodeRlp(["a"]), schema)).toEqual(["a", undefined, undefined]);
    expect(encodeHex(["a", undefined, undefined], schema)).toBe("c161");
    expect(whyNot(schema, ["a", 1, "b", 5, "xx", []])).toContain("value[5]: expected an integer");
    expect(() => encodeRlp(["a", 1, "b", 5, -1], schema)).toThrow("value[4]: expected");
    expect(() => encodeRlp(["a", 1, undefined, 5], schema)).toThrow("value[2]: expected a value");
  });

  test("refuses an order that can't be read", () => {
    expect(() => tuple(optional(str), str)).toThrow("after optional() all others must be optional");
    expect(() => tuple(rest(str), str)).toThrow("rest() must come last");
    expect(() => tuple(rest(str), optional(str))).toThrow(TypeError);
    expect(() => tuple("a" as never)).toThrow("tuple: expected a schema, got string");
  });
});

describe("struct", () => {
  const node = struct({ name: str, version: uint, extra: optional(bytes()), others: rest(raw) });

  test("is a list in the order of its fields", () => {
    const value = { version: 5, name: "a", others: [] };
    expect(encodeHex(value, node)).toBe("c26105");
    expect(decodeHex("c26105", node)).toEqual({ ...value, extra: undefined });
  });

  test("comes back as it was", () => {
    const schema = struct({ a: str, b: list(uint), c: optional(bool) });
    const value = fc.record(
      { a: text, b: fc.array(fc.nat()), c: fc.boolean() },
      { requiredKeys: ["a", "b"] },
    );
    fc.assert(
      fc.property(value, (each) => {
        expect(decodeRlp(encodeRlp(each, schema), schema)).toEqual(each);
      }),
    );
  });

  test("says where it went wrong", () => {
    const schema = list(struct({ caps: list(tuple(str, uint)) }));
    expect(whyNot(schema, [[[["eth", []]]]])).toContain("value[0].caps[0][1]: expected an integer");
    expect(() => encodeRlp([{ caps: [["eth", -1]] }], schema)).toThrow("value[0].caps[0][1]: exp");
    expect(whyNot(schema, [[]])).toContain("value[0].caps: expected a list, got the end");
    expect(whyNot(struct({ a: str }), ["a", "b"])).toContain(
      "a list of {a}, got too many elements",
    );
    expect(() => encodeRlp(null as never, node)).toThrow("value: expected an object, got null");
    expect(() => encodeRlp({ name: "a", version: 1 } as never, node)).toThrow(
      "value.others: expected an array, got undefined",
    );
  });

  test("refuses names that JavaScript would put in another order", () => {
    expect(() => struct({ b: str, 1: str })).toThrow(TypeError);
    expect(() => struct({ ["__proto__"]: str })).toThrow(TypeError);
    expect(() => struct({ a: optional(str), b: str })).toThrow(TypeError);
  });
});

test("types follow the schema both ways", () => {
  const schema = struct({
    id: bytes(2),
    pair: tuple(str, optional(uint), rest(bool)),
    either: oneOf(str, tuple(str)),
    note: optional(str),
  });
  type Value = {
    id: Uint8Array;
    pair: [string, (number | undefined)?, ...boolean[]];
    either: string | [string];
    note?: string | undefined;
  };
  expectTypeOf<Infer<typeof schema>>().toEqualTypeOf<Value>();
  const value: Value = { id: Uint8Array.of(1, 2), pair: ["a", 1, true], either: ["b"], note: "c" };
  const read: Value = decodeRlp(encodeRlp(value, schema), schema);
  expect(read).toEqual(value);
});
