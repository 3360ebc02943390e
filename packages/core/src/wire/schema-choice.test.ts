import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { P2PError } from "../errors.ts";
import { bytesToHex, concatBytes } from "./bytes.ts";
import type { RlpInput } from "./codec.ts";
import { decodeRlp, encodeRlp } from "./codec.ts";
import type { Schema } from "./schema.ts";
import { bigint, bool, bytes, raw, str, uint } from "./schema.ts";
import { oneOf } from "./schema-choice.ts";
import { list, optional, rest, struct, tuple } from "./schema-list.ts";

const MIB = 1024 * 1024;

const encodeHex = <T>(value: NoInfer<T>, schema: Schema<T>) => bytesToHex(encodeRlp(value, schema));

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

/** `count` one-byte items as one list. */
function ones(count: number): Uint8Array {
  const header = Uint8Array.of(0xfa, count >> 16, (count >> 8) & 0xff, count & 0xff);
  return concatBytes(header, new Uint8Array(count).fill(1));
}

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
    expect(
      decodeRlp(
        encodeRlp([
          [1, [2]],
          [1, ["bc"], "c"],
        ]),
        list(shapes),
      ),
    ).toHaveLength(2);
  });

  test("forgets what it read of a shape that didn't fit", () => {
    // More lists than one message may become, and deeper than it may go, were they all counted.
    const items = Array<[boolean]>(600_000).fill([false]);
    const schema = list(oneOf(tuple(uint, uint), tuple(bool)));
    expect(decodeRlp(encodeRlp(items), schema).length).toBe(items.length);
  });

  test("says all shapes when none fits, or what was wrong inside the nearest", () => {
    expect(whyNot(oneOf(uint, bytes(2)), [])).toContain("expected an integer or 2 bytes, got a li");
    expect(whyNot(schema, ["a", "b"])).toContain("expected a list of 1, got too many elements");
    expect(whyNot(oneOf(str, tuple(str, uint)), ["abc", []])).toContain(
      "value[1]: expected an int",
    );
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
    const small = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0xc1, 0xc2, 0x81, 0xb8),
    );
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
