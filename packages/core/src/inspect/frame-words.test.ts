/**
 * Frames in words.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "../wire/bytes.ts";
import type { RlpInput } from "../wire/codec.ts";
import { encodeRlp } from "../wire/codec.ts";
import { describeBytes } from "./byte-words.ts";
import type { Frame } from "./frame-log.ts";
import { Inspector } from "./inspector.ts";
import { readRlp } from "./rlp-view.ts";

const inspector = new Inspector({
  words: {
    talk: {
      1: { name: "Say", fields: ["text"] },
      2: { name: "Said", line: ({ text }) => `${text(0, 1)}: ${text(0, 2)}` },
    },
  },
});

function frame(protocol: string, code: number, payload: Uint8Array | RlpInput): Frame {
  const head = payload instanceof Uint8Array ? payload : encodeRlp(payload);
  const sizes = { size: head.length, wireSize: head.length + 2 };
  return {
    seq: 1,
    connection: 1,
    at: 0,
    direction: "in",
    protocol,
    version: 1,
    code,
    wireCode: code,
    head,
    ...sizes,
  };
}

const rlp = fc.letrec<{ item: RlpInput }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie("item"), { maxLength: 5 }),
  ),
})).item;

describe("readRlp", () => {
  test("covers every byte of an encoding, in order and without gaps", () => {
    fc.assert(
      fc.property(rlp, (value) => {
        const bytes = encodeRlp(value);
        const { items, readTo } = readRlp(bytes);
        fc.pre(items.length < 256);
        expect(readTo).toBe(bytes.length);
        let at = 0;
        for (const item of items) {
          expect(item.start).toBe(at);
          at = item.kind === "list" ? item.content : item.end;
        }
        expect(at).toBe(bytes.length);
      }),
    );
  });

  test("ends on any bytes, and never reads beyond them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { items, readTo } = readRlp(bytes);
        expect(readTo).toBeLessThanOrEqual(bytes.length);
        for (const item of items) expect(item.end).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test("says that an item is cut where the payload was not kept whole", () => {
    const { items } = readRlp(hexToBytes("c88601020304"));
    expect(items.map((item) => item.cut)).toEqual([true, true]);
  });

  test("gives every item its place in its list", () => {
    const { items } = readRlp(encodeRlp(["a", ["b", "c"]]));
    expect(items.map((item) => item.path.join("."))).toEqual(["0", "0.0", "0.1", "0.1.0", "0.1.1"]);
  });
});

describe("a line", () => {
  test("leaves the outermost list's brackets out", () => {
    expect(inspector.line(frame("MyProtocol", 0, ["foo"]))).toBe("“foo”");
    expect(inspector.line(frame("MyProtocol", 0, "foo"))).toBe("“foo”");
  });

  test("closes every list it opens", () => {
    expect(inspector.line(frame("other", 0, [["aa", ["bb"]], "cc"]))).toBe("[“aa”, [“bb”]], “cc”");
    expect(inspector.line(frame("other", 0, ["aa", ["bb"]]))).toBe("“aa”, [“bb”]");
    expect(inspector.line(frame("other", 0, [[], []]))).toBe("[], []");
  });

  test.each([
    ["a list of one", "c108", "client quitting (0x08)"],
    ["a bare number", "08", "client quitting (0x08)"],
    ["zero in a list", "c180", "disconnect requested (0x00)"],
    ["an empty list", "c0", "disconnect requested (0x00)"],
  ])("words a disconnect reason sent as %s", (_, hex, words) => {
    expect(inspector.line(frame("p2p", 1, hexToBytes(hex)))).toBe(words);
  });

  test("names the client and its protocols in a Hello", () => {
    const hello = [
      5,
      "Geth/v1.17",
      [
        ["eth", 69],
        ["snap", 1],
      ],
      30_303,
      new Uint8Array(64),
    ];
    expect(inspector.line(frame("p2p", 0, hello))).toBe("Geth/v1.17, eth/69, snap/1");
  });

  test("takes the line of the application's words", () => {
    const said = [new Uint8Array(32), "Ada", "hi there", 1_700_000_000_000];
    expect(inspector.line(frame("talk", 2, said))).toBe("Ada: hi there");
  });

  test("copes with messages that are not what their code says", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 60 }), (code, bytes) => {
        for (const protocol of ["p2p", "talk", "MyProtocol"]) {
          expect(typeof inspector.line(frame(protocol, code, bytes))).toBe("string");
        }
      }),
    );
  });

  test("cuts what is long", () => {
    expect(inspector.line(frame("other", 0, ["x".repeat(500)]))).toHaveLength(140);
  });

  test("is empty for a frame without a payload", () => {
    expect(inspector.line(frame("p2p", 2, new Uint8Array(0)))).toBe("");
  });
});

describe("describeBytes", () => {
  test.each([
    ["", "empty"],
    ["666f6f", "“foo”"],
    ["0102", "258"],
    ["45", "“E” or 69"],
    ["00ff00ff00ff", "0x00ff00ff00ff"],
    ["ff".repeat(64), "0xffffffffffffffff… (64 bytes)"],
  ])("reads %s as %s", (hex, words) => {
    expect(describeBytes(hexToBytes(hex))).toBe(words);
  });
});

describe("the meanings", () => {
  test("puts each field's name beside its bytes", () => {
    const lines = inspector.explain(frame("talk", 1, ["hi"]));
    expect(lines.map((line) => [line.name, line.text])).toEqual([
      ["", "list of 1"],
      ["text", "“hi”"],
    ]);
  });

  test("leaves no byte out, whatever the payload is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const lines = inspector.explain(frame("other", 0, bytes));
        const hex = lines.map((line) => bytesToHex(bytes.subarray(line.start, line.end))).join("");
        expect(hex).toBe(bytesToHex(bytes));
      }),
    );
  });
});

test("a message without words is named by its code", () => {
  expect(inspector.name({ protocol: "p2p", code: 2 })).toBe("Ping");
  expect(inspector.name({ protocol: "eth", code: 10 })).toBe("message 0x0a");
});
