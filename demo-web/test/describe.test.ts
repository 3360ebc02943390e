/**
 * Frames in words.
 * @module
 */

import type { RlpInput } from "@peerkit/core";
import { encodeRlp, hexToBytes } from "@peerkit/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeBytes, explain, hexOf, messageName, summarise } from "../src/describe.ts";
import type { Frame } from "../src/frames.ts";
import { readRlp } from "../src/rlp-view.ts";

const reason = (code: number): string => `reason ${code}`;

function frame(protocol: string, code: number, payload: Uint8Array | RlpInput): Frame {
  const head = payload instanceof Uint8Array ? payload : encodeRlp(payload);
  const sizes = { size: head.length, wireSize: head.length + 2 };
  return {
    seq: 1,
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

describe("summarise", () => {
  test("leaves the outermost list's brackets out", () => {
    expect(summarise(frame("MyProtocol", 0, ["foo"]), reason)).toBe("“foo”");
    expect(summarise(frame("MyProtocol", 0, "foo"), reason)).toBe("“foo”");
  });

  test("closes every list it opens", () => {
    expect(summarise(frame("other", 0, [["aa", ["bb"]], "cc"]), reason)).toBe(
      "[“aa”, [“bb”]], “cc”",
    );
    expect(summarise(frame("other", 0, ["aa", ["bb"]]), reason)).toBe("“aa”, [“bb”]");
    expect(summarise(frame("other", 0, [[], []]), reason)).toBe("[], []");
  });

  test.each([
    ["a list of one", "c108", 8],
    ["a bare number", "08", 8],
    ["zero in a list", "c180", 0],
    ["an empty list", "c0", 0],
  ])("words a disconnect reason sent as %s", (_, hex, code) => {
    expect(summarise(frame("p2p", 1, hexToBytes(hex)), reason)).toBe(`reason ${code}`);
  });

  test("names the people of a room", () => {
    const people = [
      [new Uint8Array(32), "Ada", "ws", 3],
      [new Uint8Array(32), "Bob", "tcp", 0],
    ];
    expect(summarise(frame("chat", 3, people), reason)).toBe("2 in the room: Ada, Bob");
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
    expect(summarise(frame("p2p", 0, hello), reason)).toBe("Geth/v1.17, eth/69, snap/1");
  });

  test("says who said what in the chat", () => {
    const said = [new Uint8Array(32), "Ada", "hi there", 1_700_000_000_000];
    expect(summarise(frame("chat", 2, said), reason)).toBe("Ada: “hi there”");
  });

  test("copes with messages that are not what their code says", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 60 }), (code, bytes) => {
        for (const protocol of ["p2p", "chat", "MyProtocol"]) {
          expect(typeof summarise(frame(protocol, code, bytes), reason)).toBe("string");
        }
      }),
    );
  });

  test("cuts what is long", () => {
    expect(summarise(frame("other", 0, ["x".repeat(500)]), reason)).toHaveLength(140);
  });

  test("is empty for a frame without a payload", () => {
    expect(summarise(frame("p2p", 2, new Uint8Array(0)), reason)).toBe("");
  });
});

describe("describeBytes", () => {
  test.each([
    ["", "empty"],
    ["666f6f", "“foo”"],
    ["0102", "258"],
    ["45", "“E” or 69"],
    ["00ff00ff00ff", "0x00ff00ff00ff"],
    ["ff".repeat(64), "0xffffffffffffffff… (64 B)"],
  ])("reads %s as %s", (hex, words) => {
    expect(describeBytes(hexToBytes(hex))).toBe(words);
  });
});

describe("explain", () => {
  test("puts each field's name beside its bytes", () => {
    const lines = explain(frame("chat", 1, ["hi"]), reason);
    expect(lines.map((line) => [line.name, line.text])).toEqual([
      ["", "list of 1"],
      ["text", "“hi”"],
    ]);
  });

  test("leaves no byte out, whatever the payload is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const lines = explain(frame("other", 0, bytes), reason);
        const hex = lines.map((line) => hexOf(bytes.subarray(line.start, line.end))).join("");
        expect(hex).toBe(hexOf(bytes));
      }),
    );
  });
});

test("a message that the page doesn't know is named by its code", () => {
  expect(messageName({ protocol: "p2p", code: 2 })).toBe("Ping");
  expect(messageName({ protocol: "eth", code: 10 })).toBe("message 0x0a");
});
