/**
 * What the guard of a bridge lets through.
 * @module
 */

import { generatePrivateKey, publicKeyOf } from "@peerkit/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RlpxShape } from "./rlpx-shape.ts";

/** A packet of that size that looks encrypted; `point` stands for the key. */
function packet(size: number, point: Uint8Array = publicKeyOf(generatePrivateKey())): Uint8Array {
  const bytes = new Uint8Array(2 + size).fill(0xa5);
  bytes.set([size >> 8, size & 0xff, 0x04]);
  bytes.set(point.subarray(0, Math.max(0, size - 1)), 3);
  return bytes;
}

const auth = packet(400);
const ack = packet(300);
const text = (words: string) => new TextEncoder().encode(words);
const shapeError = expect.objectContaining({ code: "P2P_ERR_PIPE_SHAPE" });

test("holds auth and ack back until each is whole, whatever the chunks", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 402 })), (cuts) => {
      const shape = new RlpxShape();
      const edges = [...new Set([...cuts, 402])].sort((a, b) => a - b);
      const passed: number[] = [];
      let from = 0;
      for (const edge of edges) {
        const part = shape.out(auth.subarray(from, edge));
        from = edge;
        if (edge < 402) expect(part).toBeUndefined();
        passed.push(...(part ?? []));
      }
      expect(passed).toEqual([...auth]);
      expect(shape.open).toBe(false);
      expect(shape.back(ack.subarray(0, 301))).toBeUndefined();
      expect(shape.back(ack.subarray(301))).toEqual(ack);
      expect(shape.open).toBe(true);
    }),
  );
});

test("after auth and ack everything passes, both ways", () => {
  const shape = new RlpxShape();
  shape.out(auth);
  // What the node says right behind its ack goes with it.
  expect(shape.back(Uint8Array.of(...ack, 1, 2, 3))).toHaveLength(ack.length + 3);
  expect(shape.out(text("GET /"))).toEqual(text("GET /"));
  expect(shape.back(text("anything"))).toEqual(text("anything"));
});

describe("refuses", () => {
  test.each([
    ["HTTP", text("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
    ["SMTP", text("EHLO relay\r\n")],
    ["Redis", text("*1\r\n$4\r\nPING\r\n")],
    ["TLS", Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00)],
    ["SSH", text("SSH-2.0-x\r\n")],
    ["a packet that is too long", packet(2_049)],
    ["a packet that is too short", packet(281)],
    ["a packet that begins otherwise", packet(400).fill(5, 2, 3)],
    ["a point that isn't on the curve", packet(400, new Uint8Array(64).fill(1))],
    ["a point whose coordinates are too large", packet(400, new Uint8Array(64).fill(0xff))],
    ["the point at infinity", packet(400, new Uint8Array(64))],
  ])("%s, by its first bytes", (_, bytes) => {
    const shape = new RlpxShape();
    expect(() => shape.out(bytes.subarray(0, 67))).toThrow(shapeError);
  });

  test("more than auth before the ack, in one chunk or in two", () => {
    expect(() => new RlpxShape().out(Uint8Array.of(...auth, 1))).toThrow(shapeError);
    const shape = new RlpxShape();
    shape.out(auth);
    expect(() => shape.out(Uint8Array.of(1))).toThrow(shapeError);
  });

  test("a node that speaks first", () => {
    expect(() => new RlpxShape().back(text("220 mail ESMTP\r\n"))).toThrow(shapeError);
    const shape = new RlpxShape();
    shape.out(auth.subarray(0, 100));
    expect(() => shape.back(Uint8Array.of(1))).toThrow(shapeError);
  });

  test.each([
    ["an HTTP error", text("HTTP/1.1 400 Bad Request\r\n")],
    ["a Redis error", text("-ERR unknown command\r\n")],
    ["an SMTP error", text("500 what?\r\n")],
    ["an ack that is too short", packet(214)],
    ["an ack without a point", packet(300, new Uint8Array(64).fill(7))],
  ])("as an answer %s: not a byte goes back", (_, bytes) => {
    const shape = new RlpxShape();
    shape.out(auth);
    expect(() => shape.back(bytes)).toThrow(shapeError);
    expect(shape.open).toBe(false);
  });
});

test("never holds more than a packet", () => {
  const shape = new RlpxShape();
  // The longest there may be, without its last byte.
  const long = packet(2_048);
  expect(shape.out(long.subarray(0, -1))).toBeUndefined();
  expect(shape.out(long.subarray(-1))).toHaveLength(2_050);
});
