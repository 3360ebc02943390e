import fc from "fast-check";
import { encode as peerEncode } from "rlp";
import { describe, expect, test } from "vitest";
import { DiscReason, P2PError } from "../errors.ts";
import { bytesToHex, concatBytes, equalBytes, hexToBytes, utf8ToBytes } from "./bytes.ts";
import type { RlpInput, RlpValue } from "./codec.ts";
import { decodeRlp, encodeRlp } from "./codec.ts";

/** Texts of characters that are 1, 2, 3 and 4 bytes in UTF-8, the edges among them. */
const text = fc
  .array(fc.constantFrom("a", "0x12", "\0", "\x7f", "\x80", "é", "€", "\ufeff", "\uffff", "😀"))
  .map((parts) => parts.join(""));

const encodeHex = (value: RlpInput) => bytesToHex(encodeRlp(value));
const decodeHex = (hex: string) => decodeRlp(hexToBytes(hex));

/** The error of a decode that must fail. */
function failure(read: () => unknown): P2PError {
  try {
    read();
  } catch (error) {
    if (P2PError.is(error)) return error;
    throw error;
  }
  throw new Error("expected it to throw");
}

/** A list of `length` bytes of content, header included. */
function listOf(content: Uint8Array): Uint8Array {
  const header = encodeRlp(content);
  const start = header.length - content.length;
  const copy = header.slice(0, start);
  copy[0] = copy[0]! + 0x40;
  return concatBytes(copy, content);
}

const { value: nested } = fc.letrec<{ value: RlpValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie("value"), { maxLength: 6 }) as fc.Arbitrary<RlpValue[]>,
  ),
}));

describe("encoding", () => {
  // Computed by hand from the definition of RLP.
  test.each<[RlpInput, string]>([
    ["dog", "83646f67"],
    [["cat", "dog"], "c88363617483646f67"],
    ["", "80"],
    [[], "c0"],
    [0, "80"],
    [false, "80"],
    [true, "01"],
    [15, "0f"],
    [127, "7f"],
    [128, "8180"],
    [1024, "820400"],
    [Number.MAX_SAFE_INTEGER, "871fffffffffffff"],
    [0n, "80"],
    [2n ** 64n, "89010000000000000000"],
    [Uint8Array.of(0), "00"],
    [Uint8Array.of(0x80), "8180"],
    [[[], [[]], [[], [[]]]], "c7c0c1c0c3c0c1c0"],
    ["0x12", "8430783132"],
  ])("of case %# is as the definition has it", (value, hex) => {
    expect(encodeHex(value)).toBe(hex);
  });

  test("changes to the long form at 56 bytes and at each size of length", () => {
    expect(encodeHex("a".repeat(55)).slice(0, 4)).toBe("b761");
    expect(encodeHex("a".repeat(56)).slice(0, 6)).toBe("b83861");
    expect(encodeHex("a".repeat(256)).slice(0, 8)).toBe("b9010061");
    expect(encodeHex("a".repeat(65_536)).slice(0, 10)).toBe("ba01000061");
    expect(encodeHex(Array<number>(56).fill(1)).slice(0, 6)).toBe("f83801");
  });

  test("agrees with the rlp package on nested input", () => {
    fc.assert(
      fc.property(nested, (value) => {
        expect(encodeRlp(value)).toEqual(new Uint8Array(peerEncode(value)));
      }),
      { numRuns: 300 },
    );
  });

  test("agrees with the rlp package on integers", () => {
    const integer = fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 300n }));
    fc.assert(
      fc.property(integer, (value) => {
        expect(encodeRlp(value)).toEqual(new Uint8Array(peerEncode(value)));
      }),
    );
  });

  test("takes texts as UTF-8, whatever they look like", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(encodeRlp(value)).toEqual(encodeRlp(utf8ToBytes(value)));
      }),
    );
  });

  test.each<[unknown, typeof TypeError | typeof RangeError, string]>([
    [-1, RangeError, "value: expected an integer from 0 to 2^53 - 1, got -1"],
    [1.5, RangeError, "got 1.5"],
    [Number.NaN, RangeError, "got NaN"],
    [2 ** 53, RangeError, "got 9007199254740992"],
    [-1n, RangeError, "expected an integer from 0, got -1"],
    ["\udc00", RangeError, "well-formed text"],
    [undefined, TypeError, "got undefined"],
    [[1, ["a", null]], TypeError, "value[1][1]: expected bytes, text"],
    [{ a: 1 }, TypeError, "got object"],
  ])("refuses %s", (value, type, text) => {
    expect(() => encodeRlp(value as RlpInput)).toThrow(type);
    expect(() => encodeRlp(value as RlpInput)).toThrow(text);
  });

  test("refuses a cycle", () => {
    const cycle: RlpInput[] = [];
    cycle.push(cycle, cycle);
    expect(() => encodeRlp(cycle)).toThrow(RangeError);
    expect(() => encodeRlp(cycle)).toThrow(/at most 64 lists inside each other, got more, or a c/);
  });

  test("writes 64 lists inside each other and no more", () => {
    let value: RlpInput = [];
    for (let i = 1; i < 64; i++) value = [value];
    expect(decodeRlp(encodeRlp(value))).toEqual(value);
    expect(() => encodeRlp([value])).toThrow(RangeError);
  });
});

describe("decoding", () => {
  test("gives back what was encoded", () => {
    fc.assert(
      fc.property(nested, (value) => {
        expect(decodeRlp(encodeRlp(value))).toEqual(value);
      }),
    );
  });

  test("gives back the text 0x12 as four characters", () => {
    expect(decodeRlp(encodeRlp("0x12"))).toEqual(utf8ToBytes("0x12"));
  });

  test("reads any number of lists side by side", () => {
    const value = Array.from({ length: 200 }, () => [[], [Uint8Array.of(1)]]);
    expect(decodeRlp(encodeRlp(value))).toEqual(value);
  });

  test("gives views, plain ones even of a Buffer", () => {
    const message = Buffer.from("c3820102", "hex");
    const [item] = decodeRlp(message) as Uint8Array[];
    expect(Buffer.isBuffer(item)).toBe(false);
    expect(item?.buffer).toBe(message.buffer);
  });

  // What is wrong, the bytes, and what the error must say.
  test.each([
    ["nothing", "", "value: expected an item, got the end of the input (byte 0)"],
    ["trailing bytes", "8000", "expected the end of the input, got more bytes (byte 1)"],
    ["a string cut off", "83646f", "expected 3 bytes of content, got 2 (byte 0)"],
    ["a list cut off", "c283", "expected 2 bytes of content, got 1 (byte 0)"],
    [
      "a list that sticks out of its list",
      "c2c280",
      "value[0]: expected 2 bytes of content, got 1",
    ],
    ["a string longer than its list", "c2820102", "value[0]: expected 2 bytes of content, got 1"],
    ["a length cut off", "b9ff", "expected 2 bytes of length, got 1 (byte 0)"],
    ["a header for a single small byte", "8105", "a byte below 0x80 to stand for itself"],
    ["a long form for 1 byte", "b80180", "the short form for 1 bytes"],
    ["a long form for 55 bytes", `b837${"61".repeat(55)}`, "the short form for 55 bytes"],
    ["a long form for a list of 1", "f80101", "the short form for 1 bytes"],
    ["a zero before the length", `b90038${"61".repeat(56)}`, "without leading zeros"],
    ["a length of 2^64 - 1", "bfffffffffffffffff", "got 0"],
    ["a list of 2^64 - 1 bytes", "ffffffffffffffffff", "got 0"],
  ])("refuses %s", (_why, hex, text) => {
    const error = failure(() => decodeHex(hex));
    expect(error.code).toBe("P2P_ERR_BAD_RLP");
    expect(error.reason).toBe(DiscReason.ProtocolError);
    expect(error.message).toContain(text);
  });

  test("reads either all of random bytes or throws a P2PError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let value: RlpValue;
        try {
          value = decodeRlp(bytes);
        } catch (error) {
          expect(P2PError.is(error) && error.code).toBe("P2P_ERR_BAD_RLP");
          return;
        }
        // There is one encoding of each value, so what was read encodes to the same bytes.
        expect(encodeRlp(value)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test("takes a mutated message for another canonical one or refuses it", () => {
    const mutation = fc.tuple(nested, fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(mutation, ([value, position, change]) => {
        const bytes = encodeRlp(value).slice();
        bytes[position % bytes.length]! ^= change;
        try {
          expect(encodeRlp(decodeRlp(bytes))).toEqual(bytes);
        } catch (error) {
          if (!P2PError.is(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  test("refuses an argument that isn't bytes", () => {
    expect(() => decodeRlp("c0" as never)).toThrow(TypeError);
    expect(() => decodeRlp(new Uint8Array(), {} as never)).toThrow(TypeError);
  });
});

// Quadratic time would need hours for these, so a generous limit still tells.
describe("input made to hurt", { timeout: 60_000 }, () => {
  test("refuses 1 MB of nesting without overflowing the stack", () => {
    // Each byte claims to be a list around all that follows, as far as one byte can.
    const bytes = new Uint8Array(1_000_000).fill(0xc1);
    bytes[bytes.length - 1] = 0xc0;
    expect(failure(() => decodeRlp(bytes)).code).toBe("P2P_ERR_BAD_RLP");

    let deep: Uint8Array = Uint8Array.of(0xc0);
    for (let i = 0; i < 100; i++) deep = listOf(deep);
    expect(failure(() => decodeRlp(deep)).message).toContain("at most 64 lists inside each other");
  });

  test("refuses 1 MB of lists that are truly inside each other", () => {
    const headers: Uint8Array[] = [];
    let length = 0;
    while (length < 1_000_000) {
      const size = length < 56 ? 0 : Math.ceil(Math.log2(length + 1) / 8);
      const header = new Uint8Array(1 + size);
      header[0] = size === 0 ? 0xc0 + length : 0xf7 + size;
      for (let i = size, left = length; i > 0; i--, left = Math.floor(left / 256)) {
        header[i] = left % 256;
      }
      headers.push(header);
      length += header.length;
    }
    const error = failure(() => decodeRlp(new Uint8Array(Buffer.concat(headers.reverse()))));
    expect(error.message).toContain("at most 64 lists inside each other");
  });

  test("refuses 16 MiB of one-byte items and says what to do", () => {
    const bytes = listOf(new Uint8Array(16 * 1024 * 1024 - 5).fill(1));
    const error = failure(() => decodeRlp(bytes));
    expect(error.code).toBe("P2P_ERR_BAD_RLP");
    expect(error.message).toContain("use a schema");
  });

  test("reads a million items", () => {
    const value = decodeRlp(listOf(new Uint8Array(1_048_575).fill(1)));
    expect(value.length).toBe(1_048_575);
  });

  test("writes a 16 MiB string and a list of 100,000 texts", () => {
    const large = new Uint8Array(16 * 1024 * 1024).fill(7);
    const [read] = decodeRlp(encodeRlp([large])) as Uint8Array[];
    expect(equalBytes(read!, large)).toBe(true);
    const texts = Array.from({ length: 100_000 }, (_, i) => `text ${i}`);
    expect(decodeRlp(encodeRlp(texts))).toHaveLength(100_000);
  });
});
