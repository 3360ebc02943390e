/**
 * Keys and what is in the bucket for them.
 * @module
 */

import { describe, expect, test } from "vitest";
import { aValue, aWord, keyOf, rowOf } from "./keys.ts";

describe("a key", () => {
  test.each([
    ["node.1", "node.1"],
    ["room.a.b", "room.a.b"],
    ["room", "room._"],
  ])("%s is in the bucket as %s, and read from there", (key, row) => {
    expect(rowOf(key)).toBe(row);
    expect(keyOf(row)).toBe(key);
  });

  test.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "A",
    "a b",
    "a.*",
    "a.>",
    "a_b",
    "a.b.c.d",
    "a\r\n",
    "é",
  ])("can't be %j", (key) => {
    expect(() => rowOf(key)).toThrow(RangeError);
    expect(() => rowOf(key)).toThrow('"key" expected');
  });

  test.each(["", "a._._", "a.b._", "_", "_.a", "a", "A.b", "a.b.c.d", "a.b_", "a/b.c"])(
    "isn't what somebody else calls %j",
    (row) => {
      expect(keyOf(row)).toBeUndefined();
    },
  );
});

test("a word has nothing that NATS takes for more than a word", () => {
  expect(aWord("0123abc", "name")).toBe("0123abc");
  for (const text of ["", "a.b", "*", ">", "a b", "A", "a\n"]) {
    expect(() => aWord(text, "name")).toThrow(RangeError);
    expect(() => aWord(text, "name")).toThrow('"name" expected');
  }
});

test("a value is copied, and has 512 bytes at most", () => {
  const value = new Uint8Array(512).fill(7);
  const copy = aValue(value);
  value.fill(0);
  expect(copy).toEqual(new Uint8Array(512).fill(7));
  expect(() => aValue(new Uint8Array(513))).toThrow(RangeError);
});
