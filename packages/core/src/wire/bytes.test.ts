import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  abytes,
  bytesToHex,
  bytesToUtf8,
  concatBytes,
  equalBytes,
  hexToBytes,
  plainView,
  readUint,
  tryUtf8,
  typeName,
  utf8ToBytes,
} from "./bytes.ts";

/** Texts of characters that are 1, 2, 3 and 4 bytes in UTF-8, the edges among them. */
const text = fc
  .array(fc.constantFrom("a", "0x12", "\0", "\x7f", "\x80", "é", "€", "\ufeff", "\uffff", "😀"))
  .map((parts) => parts.join(""));

const anyBytes = fc.uint8Array({ maxLength: 100 });

describe("checks", () => {
  test("names an argument that isn't bytes", () => {
    expect(() => abytes("ab", 2, "privateKey")).toThrow(
      new TypeError("privateKey: expected a Uint8Array of 2 bytes, got string"),
    );
    expect(() => abytes([1, 2], undefined, "data")).toThrow(/data: expected .* got an array/);
  });

  test("names an argument of the wrong length", () => {
    expect(() => abytes(new Uint8Array(31), 32, "privateKey")).toThrow(
      new RangeError("privateKey: expected 32 bytes, got 31"),
    );
  });

  test("returns what fits, a Buffer too", () => {
    const bytes = Uint8Array.of(1, 2);
    expect(abytes(bytes, 2, "x")).toBe(bytes);
    const buffer = Buffer.from([1]);
    expect(abytes(buffer, undefined, "x")).toBe(buffer);
  });

  test("names types in words", () => {
    expect([null, [], new Uint8Array(), undefined, {}, 1n].map(typeName)).toEqual([
      "null",
      "an array",
      "bytes",
      "undefined",
      "object",
      "bigint",
    ]);
  });
});

describe("views and comparison", () => {
  test("gives a plain view of a Buffer's own memory", () => {
    const buffer = Buffer.from([1, 2, 3]).subarray(1);
    const view = plainView(buffer);
    expect(Buffer.isBuffer(view)).toBe(false);
    view[0] = 9;
    expect([...buffer]).toEqual([9, 3]);
    expect(plainView(view)).toBe(view);
  });

  test("joins parts in order", () => {
    fc.assert(
      fc.property(fc.array(anyBytes), (parts) => {
        expect([...concatBytes(...parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  test("compares content and length", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(equalBytes(a, b)).toBe(bytesToHex(a) === bytesToHex(b));
      }),
    );
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false);
  });
});

describe("hex", () => {
  test("reads back what it writes, in either case", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(hexToBytes(bytesToHex(bytes).toUpperCase())).toEqual(bytes);
      }),
    );
    expect(bytesToHex(Uint8Array.of(0, 0xab))).toBe("00ab");
  });

  test.each(["0", "0x12", "zz", "１２"])("refuses %s", (text) => {
    expect(() => hexToBytes(text)).toThrow(RangeError);
  });
});

describe("text", () => {
  test("reads back every well-formed text, a byte order mark included", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(bytesToUtf8(utf8ToBytes(value))).toBe(value);
      }),
    );
    expect(bytesToUtf8(utf8ToBytes("\ufeffa"))).toBe("\ufeffa");
  });

  test("agrees with the platform on which bytes are UTF-8", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const lax = Buffer.from(bytes).toString("utf8");
        const valid = Buffer.from(lax, "utf8").equals(Buffer.from(bytes));
        expect(tryUtf8(bytes, 0, bytes.length)).toBe(valid ? lax : undefined);
      }),
    );
  });

  test("refuses bytes that aren't UTF-8", () => {
    for (const hex of ["ff", "c080", "eda080", "f4908080", "e282"]) {
      expect(() => bytesToUtf8(hexToBytes(hex)), hex).toThrow(RangeError);
    }
  });

  test("refuses half of a surrogate pair", () => {
    expect(() => utf8ToBytes("a\ud800")).toThrow(RangeError);
    expect(utf8ToBytes("😀")).toHaveLength(4);
  });
});

test("reads big-endian integers", () => {
  const bytes = hexToBytes("ff010203001fffffffffffff");
  expect(readUint(bytes, 1, 3)).toBe(0x01_02_03);
  expect(readUint(bytes, 4, 8)).toBe(Number.MAX_SAFE_INTEGER);
  expect(readUint(bytes, 4, 0)).toBe(0);
});
