import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { P2PError } from "../errors.ts";
import { bytesToHex, concatBytes, hexToBytes } from "./bytes.ts";
import type { RlpInput } from "./codec.ts";
import { decodeRlp, encodeRlp } from "./codec.ts";
import type { Infer, Schema } from "./schema.ts";
import { bigint, bool, bytes, raw, str, uint } from "./schema.ts";
import { oneOf } from "./schema-choice.ts";
import { list, optional, rest, struct, tuple } from "./schema-list.ts";

const MIB = 1024 * 1024;

const encodeHex = <T>(value: NoInfer<T>, schema: Schema<T>) => bytesToHex(encodeRlp(value, schema));
const decodeHex = <T>(hex: string, schema: Schema<T>) => decodeRlp(hexToBytes(hex), schema);

/** The text of the error of a decode that must fail. */
function whyNot(schema: Schema<unknown>, input: RlpInput | { hex: string }): string {
  const isHex = typeof input === "object" && "hex" in input;
  try {
    decodeRlp(isHex ? hexToBytes(input.hex) : encodeRlp(input), schema);
  } catch (error) {
    if (P2PError.is(error) && error.code === "P2P_ERR_BAD_RLP") return error.message;
    throw error;
  }
  throw new Error("expected it to throw");
}

/** `count` one-byte items as one list. */
function ones(count: number): Uint8Array {
  const header = Uint8Array.of(0xfa, count >> 16, (count >> 8) & 0xff, count & 0xff);
  return concatBytes(header, new Uint8Array(count).fill(1));
}

const text = fc.string({ unit: "binary", maxLength: 70 });
const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe("single values", () => {
  test("come back as they were", () => {
    const cases = fc.tuple(text, fc.maxSafeNat(), word, fc.boolean(), fc.uint8Array());
    const schema = tuple(str, uint, bigint, bool, bytes());
    fc.assert(
      fc.property(cases, (value) => {
        expect(decodeRlp(encodeRlp(value, schema), schema)).toEqual(value);
        expect(encodeRlp(value, schema)).toEqual(encodeRlp(value));
      }),
    );
  });

  test("a text that looks like hex stays a text", () => {
    expect(encodeHex("0x12", str)).toBe("8430783132");
    expect(decodeHex("8430783132", str)).toBe("0x12");
  });

  test("an integer has one form", () => {
    expect(decodeHex("80", uint)).toBe(0);
    expect(decodeHex("871fffffffffffff", uint)).toBe(Number.MAX_SAFE_INTEGER);
    expect(whyNot(uint, { hex: "00" })).toContain("without leading zeros");
    expect(whyNot(uint, { hex: "820001" })).toContain("without leading zeros");
    expect(whyNot(bigint, { hex: "00" })).toContain("without leading zeros");
    expect(whyNot(uint, { hex: "8720000000000000" })).toContain("an integer up to 2^53 - 1");
    expect(whyNot(uint, 2n ** 64n)).toContain("an integer up to 2^53 - 1");
    expect(whyNot(bigint, 2n ** 256n)).toContain("an integer up to 2^256 - 1");
    expect(decodeRlp(encodeRlp(2n ** 256n - 1n), bigint)).toBe(2n ** 256n - 1n);
  });

  test("a boolean is 1 or nothing", () => {
    expect([decodeHex("80", bool), decodeHex("01", bool)]).toEqual([false, true]);
    for (const hex of ["00", "02", "820101"]) expect(whyNot(bool, { hex })).toContain("a boolean");
  });

  test("bytes are a view of the message", () => {
    const message = hexToBytes("83010203");
    const view = decodeRlp(message, bytes());
    expect(view.buffer).toBe(message.buffer);
    expect(view.byteOffset).toBe(1);
  });

  test("a raw item is the item with its header, whatever is inside", () => {
    const schema = tuple(raw, raw, raw);
    // The list says that it holds 2 bytes; that they are a bad item is not looked at.
    const items = decodeHex("c805c2810083616263", schema).map(bytesToHex);
    expect(items).toEqual(["05", "c28100", "83616263"]);
    expect(encodeHex(["05", "c28100", "83616263"].map(hexToBytes), list(raw))).toBe(
      "c805c2810083616263",
    );
    expect(whyNot(raw, { hex: "83" })).toContain("3 bytes of content");
  });

  test("are told apart in errors", () => {
    expect(whyNot(str, ["a"])).toBe("bad RLP: value: expected text, got a list of 1 byte (byte 0)");
    expect(whyNot(str, { hex: "81ff" })).toContain("expected text in UTF-8, got other bytes");
    expect(whyNot(bytes(32), new Uint8Array(31))).toContain("expected 32 bytes, got 31 bytes");
    expect(whyNot(uint, [])).toContain("expected an integer, got a list of 0 bytes");
  });

  test.each<[string, Schema<unknown>, unknown, typeof TypeError | typeof RangeError, string]>([
    ["text", str, 1, TypeError, "value: expected a string, got number"],
    ["text", str, "\ud800", RangeError, "well-formed text"],
    ["an integer", uint, "1", TypeError, "expected a number, got string"],
    ["an integer", uint, 1n, TypeError, "expected a number, got bigint"],
    ["an integer", uint, -1, RangeError, "got -1"],
    ["an integer", uint, 0.5, RangeError, "got 0.5"],
    ["a big integer", bigint, 1, TypeError, "expected a bigint, got number"],
    ["a big integer", bigint, 2n ** 256n, RangeError, "an integer from 0 to 2^256 - 1"],
    ["a boolean", bool, 1, TypeError, "expected a boolean, got number"],
    ["bytes", bytes(), "ab", TypeError, "expected bytes, got string"],
    ["2 bytes", bytes(2), Uint8Array.of(1), RangeError, "expected 2 bytes, got 1 bytes"],
    ["an item", raw, [], TypeError, "expected an encoded item, got an array"],
    ["an item", raw, Uint8Array.of(1, 2), RangeError, "expected one encoded item"],
    ["an item", raw, new Uint8Array(), RangeError, "expected one encoded item"],
  ])("writing %s checks the value, case %#", (_name, schema, value, type, words) => {
    expect(() => encodeRlp(value, schema)).toThrow(type);
    expect(() => encodeRlp(value, schema)).toThrow(words);
    expect(schema.matches(value)).toBe(value === "\ud800");
  });

  test("bytes wants a length that is one", () => {
    expect(() => bytes(-1)).toThrow(RangeError);
    expect(() => bytes(1.5)).toThrow(RangeError);
  });
});

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
    expect(() => encodeRlp("a" as never, list(str))).toThrow("value: expected an array, got string");
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
    expect(whyNot(struct({ a: str }), ["a", "b"])).toContain("a list of {a}, got too many elements");
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

describe("oneOf", () => {
  const schema = oneOf(str, tuple(str));

  test("takes a bare text and a list of one", () => {
    expect(decodeRlp(encodeRlp("foo"), schema)).toBe("foo");
    expect(decodeRlp(encodeRlp(["foo"]), schema)).toEqual(["foo"]);
    expect(encodeHex("foo", schema)).toBe("83666f6f");
    expect(encodeHex(["foo"], schema)).toBe("c483666f6f");
  });

  test("goes back to the start for the next shape", () => {
    const shapes = oneOf(tuple(uint, list(uint)), tuple(uint, list(str), str));
    expect(decodeRlp(encodeRlp([1, ["", "bc"], "c"]), shapes)).toEqual([1, ["", "bc"], "c"]);
    expect(decodeRlp(encodeRlp([[1, [2]], [1, ["bc"], "c"]]), list(shapes))).toHaveLength(2);
  });

  test("says all shapes when none fits, or what was wrong inside the nearest", () => {
    expect(whyNot(oneOf(uint, bytes(2)), [])).toContain("expected an integer or 2 bytes, got a li");
    expect(whyNot(schema, ["a", "b"])).toContain("expected a list of 1, got too many elements");
    expect(whyNot(oneOf(str, tuple(str, uint)), ["abc", []])).toContain("value[1]: expected an int");
    expect(() => encodeRlp(1 as never, schema)).toThrow(
      "value: expected text or a list of 1, got number",
    );
    expect(() => oneOf()).toThrow(TypeError);
  });

  test("picks the shape to write by the value all the way down", () => {
    const lists = oneOf(list(uint), list(str), struct({ a: bool }), bytes(2), bigint, bool);
    for (const value of [[1, 2], ["a"], { a: true }, Uint8Array.of(1, 2), 5n, true]) {
      expect(lists.matches(value)).toBe(true);
    }
    expect(encodeHex(["a", "b"], lists)).toBe("c26162");
    expect(encodeHex({ a: true }, lists)).toBe("c101");
    for (const value of [[1, "a"], { a: 1 }, Uint8Array.of(1), -1n, null]) {
      expect(lists.matches(value)).toBe(false);
    }
  });
});

describe("types", () => {
  test("follow the schema both ways", () => {
    const schema = struct({
      id: bytes(32),
      pair: tuple(str, optional(uint), rest(bool)),
      either: oneOf(str, tuple(str)),
      note: optional(str),
    });
    expectTypeOf<Infer<typeof schema>>().toEqualTypeOf<{
      id: Uint8Array;
      pair: [string, number?, ...boolean[]];
      either: string | [string];
      note?: string | undefined;
    }>();
  });
});

// Quadratic time would need hours for these, so a generous limit still tells.
describe("input made to hurt", { timeout: 60_000 }, () => {
  test("16 MiB of one-byte items become a list of integers", () => {
    const count = 16 * MIB - 5;
    const value = decodeRlp(ones(count), list(uint));
    expect(value.length).toBe(count);
    expect(value.at(-1)).toBe(1);
  });

  test("1 MiB of one-byte items that first look like something else are read", () => {
    const value = decodeRlp(ones(MIB), list(oneOf(tuple(str), bool)));
    expect(value.length).toBe(MIB);
  });

  test("2 MiB of one-byte items don't become 2 million views", () => {
    const message = ones(2 * MIB);
    for (const item of [bytes(), raw, bigint, oneOf(bytes(2), bytes(1))]) {
      expect(() => decodeRlp(message, list<unknown>(item))).toThrow(
        "at most 1048576 lists and byte strings",
      );
    }
  });

  test("64 lists inside each other are read, one more is not", () => {
    const nest = (depth: number): Schema<unknown> => (depth === 0 ? raw : list(nest(depth - 1)));
    let value: RlpInput = [];
    for (let i = 1; i < 64; i++) value = [value];
    const message = encodeRlp(value);
    expect(decodeRlp(message, nest(64))).toEqual(value);
    // One more list around it.
    const deeper = concatBytes(Uint8Array.of(0xf8, message.length), message);
    expect(() => decodeRlp(deeper, nest(65))).toThrow("at most 64 lists inside each other");
    expect(() => encodeRlp([value], nest(65))).toThrow(RangeError);
  });

  test("random bytes are read or refused by a P2PError", () => {
    const schemas: Schema<unknown>[] = [
      str,
      list(oneOf(uint, list(str), tuple(bool, bytes(3)))),
      struct({ a: uint, b: optional(bigint), c: rest(oneOf(str, raw)) }),
    ];
    const small = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0xc1, 0xc2, 0x81, 0xb8));
    fc.assert(
      fc.property(fc.array(small, { maxLength: 60 }), (items) => {
        const message = Uint8Array.from(items);
        for (const schema of schemas) {
          try {
            const value = decodeRlp(message, schema);
            expect(encodeRlp(value, schema)).toEqual(message);
          } catch (error) {
            if (!P2PError.is(error)) throw error;
            expect(error.code).toBe("P2P_ERR_BAD_RLP");
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
