/**
 * The offer and the choice: what is understood, what is skipped, what ends the connection.
 * @module
 */

import { encode } from "rlp";
import { describe, expect, test } from "vitest";
import { bytesToHex, utf8ToBytes } from "../wire/bytes.ts";
import { decodeAuth } from "./packets.ts";
import { choiceTail, choose, offerTail, readChoice, readOffer } from "./sealed-offer.ts";

const name = utf8ToBytes("sealed");

/** A tail as it comes out of a decrypted packet: with RLP's own view of things. */
function tail(...elements: readonly unknown[]): readonly unknown[] {
  const [signature, key, nonce] = [65, 64, 32].map((length) => new Uint8Array(length).fill(1));
  return decodeAuth(encode([signature, key, nonce, 4, ...elements] as never)).tail;
}

const BAD_OFFER = expect.objectContaining({ code: "P2P_ERR_SEALED_OFFER" });

describe("an offer", () => {
  test("is as specified, byte for byte, and absent when it is off", () => {
    expect(bytesToHex(encode(offerTail("prefer")[0] ?? []))).toBe("c8867365616c656401");
    expect(bytesToHex(encode(choiceTail(1)[0] ?? []))).toBe("c8867365616c656401");
    expect(offerTail("off")).toEqual([]);
    expect(choiceTail(undefined)).toEqual([]);
  });

  test("is found anywhere in the tail, among what others put there", () => {
    const strange = [[], "sealed", ["sealed2", 1], [["sealed", 1]], [[], 1], new Uint8Array(9)];
    expect(readOffer(tail(...strange))).toBeUndefined();
    expect(readOffer(tail(...strange, [name, 1], "more"))).toEqual([1]);
    expect(readOffer(tail([name, 1, 2, 127, 128, 255]))).toEqual([1, 2, 127, 128, 255]);
    expect(readOffer(tail([name, 1, 2, 3, 4, 5, 6, 7, 8]))).toHaveLength(8);
  });

  const bad: [string, readonly unknown[]][] = [
    [
      "two of them",
      [
        [name, 1],
        [name, 1],
      ],
    ],
    ["two of them, one of another version", [[name, 2], "x", [name, 1]]],
    ["no version", [[name]]],
    ["nine versions", [[name, 1, 2, 3, 4, 5, 6, 7, 8, 9]]],
    ["version 0", [[name, 0]]],
    ["version 0 in a byte", [[name, Uint8Array.of(0)]]],
    ["version 256", [[name, 256]]],
    ["a version with a leading zero", [[name, Uint8Array.of(0, 1)]]],
    ["a list for a version", [[name, [1]]]],
    ["a version twice", [[name, 1, 1]]],
    ["versions that fall", [[name, 2, 1]]],
  ];
  test.each(bad)("with %s ends the connection", (_, elements) => {
    expect(() => readOffer(tail(...elements))).toThrow(BAD_OFFER);
  });
});

describe("a recipient", () => {
  test("chooses our version, and v5 without one in common", () => {
    expect(choose([1, 2], "prefer")).toBe(1);
    expect(choose([2], "prefer")).toBeUndefined();
    expect(choose(undefined, "prefer")).toBeUndefined();
    expect(choose([1], "off")).toBeUndefined();
    expect(choose([1], "require")).toBe(1);
  });

  test.each([undefined, [2, 3]])("that requires it refuses an offer of %j", (offer) => {
    expect(() => choose(offer, "require")).toThrow(
      expect.objectContaining({ code: "P2P_ERR_SEALED_REQUIRED" }),
    );
  });
});

describe("an initiator", () => {
  test("takes the choice of its version, or none", () => {
    expect(readChoice(tail("x", [name, 1]), "prefer")).toBe(1);
    expect(readChoice(tail("x"), "prefer")).toBeUndefined();
    expect(readChoice(tail([name, 1]), "off")).toBeUndefined();
    expect(() => readChoice(tail("x"), "require")).toThrow(
      expect.objectContaining({ code: "P2P_ERR_SEALED_REQUIRED" }),
    );
  });

  const bad: [string, readonly unknown[]][] = [
    ["a version that wasn't offered", [[name, 2]]],
    ["two versions", [[name, 1, 2]]],
    ["no version", [[name]]],
    [
      "two choices",
      [
        [name, 1],
        [name, 1],
      ],
    ],
    ["a list for a version", [[name, [1]]]],
  ];
  test.each(bad)("refuses %s", (_, elements) => {
    expect(() => readChoice(tail(...elements), "prefer")).toThrow(BAD_OFFER);
    expect(() => readChoice(tail(...elements), "require")).toThrow(BAD_OFFER);
  });
});
