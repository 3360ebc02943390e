/**
 * A link as a QR code, read by a decoder of other hands.
 * @module
 */

import decodeQR from "qr/decode.js";
import { describe, expect, test } from "vitest";
import type { LinkCode } from "../src/link-code.ts";
import { linkCode } from "../src/link-code.ts";
import { MAX_ROOM_NAME, MAX_SECRET, roomHash } from "../src/room-link.ts";

/** Light squares around it, and pixels to a square. */
const QUIET = 4;
const SCALE = 4;

describe("a link's code", () => {
  test.each([
    ["a room", { name: "lobby" }],
    ["a room with a secret", { name: "kitchen", secret: "3b9d7c04e2f15a68908c6fd13e5b24a7" }],
    ["the longest there is", { name: "室".repeat(MAX_ROOM_NAME), secret: "鍵".repeat(MAX_SECRET) }],
  ])("reads as the link: %s", (_, room) => {
    const link = `http://192.168.1.23:8080/${roomHash(room)}`;
    expect(decodeQR(picture(linkCode(link)))).toBe(link);
  });

  test("is another one for another link", () => {
    expect(linkCode("http://a.test/#room=a")).not.toEqual(linkCode("http://a.test/#room=b"));
  });
});

/** What a camera would see of it: the path's runs, dark on white. */
function picture({ size, path }: LinkCode): { width: number; height: number; data: Uint8Array } {
  const width = (size + 2 * QUIET) * SCALE;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g)) {
    const left = (Number(x) + QUIET) * SCALE;
    const top = (Number(y) + QUIET) * SCALE;
    for (let row = top; row < top + SCALE; row++) {
      for (let at = left; at < left + Number(length) * SCALE; at++) {
        data.fill(0, (row * width + at) * 4, (row * width + at) * 4 + 3);
      }
    }
  }
  return { width, height: width, data };
}
