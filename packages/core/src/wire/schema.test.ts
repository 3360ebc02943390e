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
    const items = decodeHex("c905c2810082616263", schema).map(bytesToHex);
    expect(items).toEqual(["05", "c28100", "826162"].slice(0, 2).concat("826162"));
  });
});
