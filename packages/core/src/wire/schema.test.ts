import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes } from "./bytes.ts";
import type { RlpInput } from "./codec.ts";
import { decodeRlp, encodeRlp } from "./codec.ts";
import type { Schema } from "./schema.ts";
import { bigint, bool, bytes, raw, str, uint } from "./schema.ts";
import { list, tuple } from "./schema-list.ts";

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

/** Texts of characters that are 1, 2, 3 and 4 bytes in UTF-8, the edges among them. */
const text = fc
  .array(fc.constantFrom("a", "0x12", "\0", "\x7f", "\x80", "é", "€", "\ufeff", "\uffff", "😀"))
  .map((parts) => parts.join(""));
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
