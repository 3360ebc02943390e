import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { DiscReason, P2PError } from "../errors.ts";
import { everyFrameEngine } from "../testing/frame-engines.ts";
import { bytesToHex, concatBytes, equalBytes, hexToBytes, utf8ToBytes } from "./bytes.ts";
import { portableSnappy } from "./portable-snappy.ts";
import type { Snappy } from "./snappy.ts";
import { decompress as decompressWith } from "./snappy.ts";

const MAX = 16 * 1024 * 1024 - 1;

/** The codec under test. */
let codec: Snappy = portableSnappy;
const compress = (bytes: Uint8Array) => codec.compress(bytes).slice();
const decompress = (bytes: Uint8Array, maxSize: number) => decompressWith(bytes, maxSize, codec);

/** The error of a block that must be refused. */
function failure(hex: string, maxSize = MAX): P2PError {
  try {
    decompress(hexToBytes(hex), maxSize);
  } catch (error) {
    if (P2PError.is(error)) return error;
    throw error;
  }
  throw new Error("expected it to throw");
}

/** What a block gives, or what is wrong with it. */
function outcome(block: Uint8Array, by: Snappy): string {
  try {
    return bytesToHex(decompressWith(block, 5000, by));
  } catch (error) {
    return (error as Error).message;
  }
}

/** A varint, as a block starts with. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) digits.push((left % 128) + 128);
  return Uint8Array.of(...digits, left);
}

const compressible = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 40 })))
  .map((parts) => concatBytes(...parts.flatMap(([part, times]) => Array(times).fill(part))));

describe.each(everyFrameEngine)("snappy $name", ({ snappy }) => {
  beforeAll(() => {
    codec = snappy;
  });

  test("and the one in JavaScript understand each other", () => {
    fc.assert(
      fc.property(
        fc.oneof(compressible, fc.uint8Array({ maxLength: 500 })),
        fc.nat(130),
        (bytes, times) => {
          const long = concatBytes(...Array(times).fill(bytes));
          const block = compress(long);
          expect(equalBytes(decompressWith(block, MAX, portableSnappy), long)).toBe(true);
          expect(equalBytes(decompress(portableSnappy.compress(long).slice(), MAX), long)).toBe(
            true,
          );
        },
      ),
    );
  });

  test.each([0, 1, 14, 15, 16, 17, 255, 256, 65_535, 65_536, 65_537, 98_240, 98_241, 131_072])(
    "gives back %i bytes of any kind",
    (length) => {
      for (const modulus of [1, 3, 251, 65_521]) {
        const bytes = Uint8Array.from({ length }, (_, i) => ((i % modulus) * 2_654_435_761) >>> 24);
        expect(equalBytes(decompress(compress(bytes), MAX), bytes)).toBe(true);
      }
    },
  );

  describe("blocks written by hand", () => {
    const abc = "616263";
    const a = (count: number) => "61".repeat(count);

    // What it shows, the block, and what comes out.
    test.each([
      ["nothing", "00", ""],
      ["a length with a zero digit too many", "8000", ""],
      ["a short literal", `0308${abc}`, abc],
      ["a literal of 60 bytes", `3cec${a(60)}`, a(60)],
      ["a literal of 61 bytes, one byte of length", `3df03c${a(61)}`, a(61)],
      ["a literal of 61 bytes, two bytes of length", `3df43c00${a(61)}`, a(61)],
      ["a literal of 61 bytes, three bytes of length", `3df83c0000${a(61)}`, a(61)],
      ["a literal of 61 bytes, four bytes of length", `3dfc3c000000${a(61)}`, a(61)],
      ["a literal of 300 bytes", `ac02f42b01${a(300)}`, a(300)],
      ["a literal of 1 byte with one byte of length, last", "01f00061", "61"],
      ["a literal of 2 bytes with two bytes of length, last", "02f401006162", "6162"],
      ["a literal of 2 bytes with one byte of length, last", "02f0016162", "6162"],
      ["a literal of 1 byte with two bytes of length, last", "01f4000061", "61"],
      ["a literal of 1 byte with four bytes of length, last", "01fc0000000061", "61"],
      ["a copy with one byte of offset", `0708${abc}0103`, `${abc}61626361`],
      ["a copy with two bytes of offset", `0608${abc}0a0300`, `${abc}${abc}`],
      ["a copy with four bytes of offset", `0608${abc}0b03000000`, `${abc}${abc}`],
      ["a copy that runs into what it writes", "0500610101", a(5)],
      ["a copy of 64 bytes", "410061fe0100", a(65)],
      ["a copy, then a literal", `0900610101${"0c"}62636465`, `${a(5)}62636465`],
    ])("give what they say: %s", (_what, block, expected) => {
      expect(bytesToHex(decompress(hexToBytes(block), MAX))).toBe(expected);
    });

    test("reach back through the high bits of a one-byte offset", () => {
      // A literal of 0x2ff + 1 bytes, then 4 bytes from 0x2ff back: tag bits 5-7 hold 2.
      const literal = Uint8Array.from({ length: 0x300 }, (_, i) => i % 251);
      const head = concatBytes(varint(0x304), Uint8Array.of(0xf4, 0xff, 0x02));
      const block = concatBytes(head, literal, Uint8Array.of(0x41, 0xff));
      const expected = concatBytes(literal, literal.subarray(1, 5));
      expect(decompress(block, MAX)).toEqual(expected);
    });

    test("reach back further than two bytes tell", () => {
      const literal = Uint8Array.from({ length: 70_000 }, (_, i) => i % 253);
      const head = concatBytes(varint(70_004), Uint8Array.of(0xf8, 0x6f, 0x11, 0x01));
      const block = concatBytes(head, literal, hexToBytes("0f70110100"));
      expect(equalBytes(decompress(block, MAX).subarray(70_000), literal.subarray(0, 4))).toBe(
        true,
      );
    });
  });

  describe("round trip", () => {
    test("gives back random bytes", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2000, size: "max" }), (bytes) => {
          expect(equalBytes(decompress(compress(bytes), bytes.length), bytes)).toBe(true);
        }),
      );
    });

    test("gives back repetitive bytes, made smaller", () => {
      fc.assert(
        fc.property(compressible, (bytes) => {
          const block = compress(bytes);
          expect(equalBytes(decompress(block, bytes.length), bytes)).toBe(true);
        }),
      );
      expect(compress(new Uint8Array(100_000)).length).toBeLessThan(6000);
    });

    test("gives plain bytes of their own for a Buffer", () => {
      const text = Buffer.from("hello hello hello hello");
      const block = compress(text);
      expect(Buffer.isBuffer(block)).toBe(false);
      const bytes = decompress(Buffer.from(block), 100);
      expect(Buffer.isBuffer(bytes)).toBe(false);
      expect(bytes).toEqual(utf8ToBytes(text.toString()));
    });

    test("gives back 16 MiB - 1", { timeout: 60_000 }, () => {
      const bytes = new Uint8Array(MAX);
      for (let i = 0; i < bytes.length; i++) bytes[i] = (i * i) >>> 8;
      expect(equalBytes(decompress(compress(bytes), MAX), bytes)).toBe(true);
    });
  });

  describe("wrong blocks", () => {
    // What is wrong, the block, and what the error must say.
    test.each([
      ["no bytes at all", "", "expected a length of at most 5 bytes, got the end"],
      ["a length that is cut off", "ffff", "got the end"],
      ["a length without end", "808080808001", "expected a length of at most 5 bytes, got more"],
      ["more than 32 bits of length", "ffffffff7f", "declares 34359738367 bytes, at most 16777215"],
      ["one byte more than the limit", "80808008", "declares 16777216 bytes, at most 16777215"],
      ["too little", "0508616263", "declares 5 bytes, has 3"],
      ["too much in a literal", "0208616263", "declares 2 bytes, has more"],
      ["too much in a copy", "03006101010a", "declares 3 bytes, has more"],
      ["something after nothing", "000061", "declares 0 bytes, has more"],
      ["a literal that is cut off", "03086162", "the element at byte 1 is cut off"],
      ["a literal's length that is cut off", "03f4", "cut off"],
      ["a literal of 2^32 bytes", "03fcffffffff61", "cut off"],
      ["a copy with one byte of offset that is cut off", "05006101", "cut off"],
      ["a copy with two bytes of offset that is cut off", "0500610e01", "cut off"],
      ["a copy with four bytes of offset that is cut off", "0500610f010000", "cut off"],
      ["a copy from before the start", "0500610102", "copies from 2 bytes back, has 1 (byte 3)"],
      ["a copy from 256 back", "0500612100", "copies from 256 bytes back, has 1 (byte 3)"],
      ["a copy from 2^32 - 1 back", "0500610fffffffff", "copies from 4294967295 bytes back"],
      ["a copy from nowhere", "0500610100", "copies from 0 bytes back (byte 3)"],
      ["a copy before anything", "040101", "copies from 1 bytes back, has 0"],
    ])("are refused: %s", (_what, block, text) => {
      const error = failure(block);
      expect(error.code).toBe("P2P_ERR_BAD_SNAPPY");
      expect(error.reason).toBe(DiscReason.ProtocolError);
      expect(error.message).toContain(text);
    });

    test("are refused before memory is taken for what a bomb declares", () => {
      const before = process.memoryUsage().arrayBuffers;
      for (let i = 0; i < 50; i++) failure("ffffff07fe0100");
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX);
    });

    test("are refused when a real bomb gives more than the limit", () => {
      const bomb = compress(new Uint8Array(1_000_000));
      expect(failure(bytesToHex(bomb), 999_999).code).toBe("P2P_ERR_BAD_SNAPPY");
      expect(decompress(bomb, 1_000_000).length).toBe(1_000_000);
    });

    test("throw nothing but P2PError, and give no more than was asked for", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), (bytes, max) => {
          try {
            expect(decompress(bytes, max).length).toBeLessThanOrEqual(max);
          } catch (error) {
            if (!P2PError.is(error)) throw error;
            expect(error.code).toBe("P2P_ERR_BAD_SNAPPY");
          }
        }),
        { numRuns: 3000 },
      );
    });

    test("made by changing a good one throw nothing but P2PError, or give the same in every codec", () => {
      const change = fc.tuple(compressible, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat());
      fc.assert(
        fc.property(change, ([bytes, position, flip, cut]) => {
          const block = compress(bytes);
          block[position % block.length]! ^= flip;
          const shorter = block.subarray(0, block.length - (cut % 3));
          try {
            expect(decompress(shorter, 5000).length).toBeLessThanOrEqual(5000);
          } catch (error) {
            if (!P2PError.is(error)) throw error;
            expect(error.code).toBe("P2P_ERR_BAD_SNAPPY");
          }
          expect(outcome(shorter, codec)).toEqual(outcome(shorter, portableSnappy));
        }),
        { numRuns: 1000 },
      );
    });
  });
});
