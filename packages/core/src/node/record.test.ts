/**
 * Node records: the specification's vectors, every way to be wrong, and what a round trip keeps.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { compressPublicKey } from "../crypto/compressed.ts";
import { keccak256 } from "../crypto/keccak.ts";
import { publicKeyOf, sign } from "../crypto/secp256k1.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import type { RlpInput } from "../wire/codec.ts";
import { encodeRlp } from "../wire/codec.ts";
import { str, uint } from "../wire/schema.ts";
import { parseNodeAddress } from "./address-text.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import { nodeId } from "./id.ts";
import { ipToBytes } from "./ip.ts";
import { decodeRecord, formatRecord, parseRecord, recordEntry, signRecord } from "./record.ts";

const { enr } = vectors;
const key = hexToBytes(enr.privateKey);
const ours = { key: "secp256k1", value: compressPublicKey(publicKeyOf(key)) };

/** Signs whatever the pairs are. */
function forge(pairs: RlpInput[], seq: RlpInput = 1, signature?: Uint8Array): Uint8Array {
  const made = signature ?? sign(keccak256(encodeRlp([seq, ...pairs])), key).slice(0, 64);
  return encodeRlp([made, seq, ...pairs]);
}

function whyNot(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (P2PError.is(error) && error.code === "P2P_ERR_BAD_RECORD") return error.message;
    throw error;
  }
  throw new Error("expected a refusal");
}

describe("the specification's record", () => {
  test("is read, from bytes and from text", () => {
    const record = decodeRecord(hexToBytes(enr.rlp));
    expect(record).toEqual(parseRecord(` ${enr.text}\n`));
    expect(record.seq).toBe(BigInt(enr.seq));
    expect(nodeId(record.publicKey)).toBe(enr.nodeId);
    expect([...record.entries.keys()]).toEqual(["id", "ip", "secp256k1", "udp"]);
    expect(recordEntry(record, "udp", uint)).toBe(enr.udp);
    expect(formatRecord(record)).toBe(enr.text);
  });

  test("is signed byte for byte as another implementation does", () => {
    const { privateKey, seq, ip, udp, text } = enr.signed;
    const record = signRecord(
      {
        seq: BigInt(seq),
        entries: [
          { key: "udp", value: udp },
          { key: "ip", value: ipToBytes(ip)! },
        ],
      },
      hexToBytes(privateKey),
    );
    expect(formatRecord(record)).toBe(text);
  });

  test.each(enr.invalid)("is refused when it is broken: %s", (text) => {
    expect(whyNot(() => parseRecord(text))).toContain("bad node record");
  });
});

describe("a record is refused", () => {
  const id: RlpInput[] = ["id", "v4"];
  const point: RlpInput[] = ["secp256k1", ours.value];
  const off = Uint8Array.of(2, ...new Uint8Array(31), 5);
  test.each<[string, Uint8Array, string]>([
    ["with keys out of order", forge([...point, ...id]), '"id" comes after "secp256k1"'],
    ["with a key twice", forge([...id, ...id, ...point]), 'the key "id" is there twice'],
    ["with a key and no value", forge([...id, ...point, "z"]), "its last key has no value"],
    ["without an identity scheme", forge(point), "identity scheme missing"],
    ["with another scheme", forge(["id", "v5", ...point]), "identity scheme v5"],
    ["without a key", forge(id), "no point of the curve"],
    ["with a key off the curve", forge([...id, "secp256k1", off]), "no point of the curve"],
    [
      "with a key of 64 bytes",
      forge([...id, "secp256k1", publicKeyOf(key)]),
      "no point of the curve",
    ],
    [
      "with a signature of 63 bytes",
      forge([...id, ...point], 1, new Uint8Array(63)),
      "signature is wrong",
    ],
    [
      "with a signature of zeros",
      forge([...id, ...point], 1, new Uint8Array(64)),
      "signature is wrong",
    ],
    ["with a number over 64 bits", forge([...id, ...point], 2n ** 64n), "more than 64 bits"],
    [
      "with a number not in its shortest form",
      forge([...id, ...point], Uint8Array.of(0, 1)),
      "leading",
    ],
    [
      "over 300 bytes",
      forge([...id, ...point, "z", new Uint8Array(200)]),
      "at most 300 are allowed",
    ],
    ["that is no list", encodeRlp("x"), "expected a list"],
    ["that is empty", new Uint8Array(0), "bad RLP"],
    ["with something after it", Uint8Array.of(...hexToBytes(enr.rlp), 0), "the end of the input"],
  ])("%s", (_what, encoded, words) => {
    expect(whyNot(() => decodeRecord(encoded))).toContain(words);
  });

  test("when any of its bits is another", () => {
    const right = hexToBytes(enr.rlp);
    fc.assert(
      fc.property(fc.nat(right.length * 8 - 1), (bit) => {
        const wrong = right.slice();
        wrong[bit >> 3]! ^= 1 << (bit & 7);
        expect(whyNot(() => decodeRecord(wrong))).toContain("bad node record");
      }),
      { numRuns: 200 },
    );
  });

  test("as text, when it is not exactly base64 for URLs", () => {
    const last = enr.text.slice(0, -1);
    for (const wrong of [
      ...[`${enr.text}=`, `${enr.text}A`, `${last}9`, `${enr.text.replace("_", "/")}`],
      ...[`ENR:${enr.text.slice(4)}`, enr.text.slice(4), "enr:".padEnd(100_000, "A"), "enr:A"],
    ]) {
      expect(whyNot(() => parseRecord(wrong)).length).toBeLessThan(200);
    }
    expect(() => parseRecord(undefined as never)).toThrow(TypeError);
  });

  test("by parseNodeAddress, with its own code and the reason as cause", () => {
    const thrown = (() => {
      try {
        return parseNodeAddress(enr.invalid[2]!);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({
      code: "P2P_ERR_BAD_ADDRESS",
      cause: { code: "P2P_ERR_BAD_RECORD" },
    });
  });
});

describe("signing", () => {
  test("gives what decoding reads, whatever the entries", () => {
    const entry = fc.record({
      key: fc
        .string({ minLength: 1, maxLength: 6, unit: "grapheme" })
        .filter((name) => name !== "id" && !/\p{Surrogate}/u.test(name)),
      value: fc.oneof(fc.nat(), fc.uint8Array({ maxLength: 8 }), fc.constant([1, ["a"]])),
    });
    const entries = fc.uniqueArray(entry, { maxLength: 4, selector: ({ key }) => key });
    const seq = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(entries, seq, (list, number) => {
        const record = signRecord({ seq: number, entries: list }, key);
        expect(decodeRecord(record.bytes)).toEqual(record);
        for (const each of list) {
          expect(record.entries.get(each.key)).toEqual(encodeRlp(each.value));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("fills a record to 300 bytes and no further", () => {
    const of = (size: number) =>
      signRecord({ seq: 1n, entries: [{ key: "z", value: new Uint8Array(size).fill(255) }] }, key);
    let size = 150;
    while (of(size).bytes.length < 300) size++;
    expect(of(size).bytes.length).toBe(300);
    expect(decodeRecord(of(size).bytes).entries.get("z")?.length).toBe(size + 2);
    expect(() => of(size + 1)).toThrow("entries: the record has 301 bytes, at most 300 fit");
  });

  test("refuses what is the caller's mistake", () => {
    const with_ = (...entries: { key: string; value: RlpInput }[]) =>
      signRecord({ seq: 1n, entries }, key);
    expect(() => with_(ours)).toThrow('"secp256k1" is there twice, or is set by us');
    expect(() => with_({ key: "a", value: 1 }, { key: "a", value: 1 })).toThrow('"a" is there');
    expect(() => with_({ key: "\ud800", value: 1 })).toThrow(RangeError);
    expect(() => signRecord({ seq: 1 as never }, key)).toThrow("seq: expected a bigint");
    expect(() => signRecord({ seq: 2n ** 64n }, key)).toThrow("seq: expected 0 to 2^64 - 1");
    expect(() => signRecord({ seq: 1n }, new Uint8Array(32))).toThrow("privateKey");
  });
});

test("an entry that doesn't fit its schema is as good as none", () => {
  const record = signRecord({ seq: 1n, entries: [{ key: "tcp", value: "no port" }] }, key);
  expect(recordEntry(record, "tcp", uint)).toBe(undefined);
  expect(recordEntry(record, "tcp", str)).toBe("no port");
  expect(recordEntry(record, "udp", uint)).toBe(undefined);
});

describe("base64 for URLs", () => {
  test("comes back as the bytes it was made of, and as Node writes it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = encodeBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(bytesToHex(decodeBase64Url(text)!)).toBe(bytesToHex(bytes));
      }),
    );
  });

  test.each(["A", "AAAAA", "AB", "AAB", "AA==", "A A", "+A", "é"])("isn't %s", (text) => {
    expect(decodeBase64Url(text)).toBe(undefined);
  });
});
