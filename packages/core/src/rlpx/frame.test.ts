/**
 * Frames: any split, any change, any size.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { P2PError } from "../errors.ts";
import { everyFrameEngine } from "../testing/frame-engines.ts";
import { concatBytes } from "../wire/bytes.ts";
import type { Frame } from "./frame.ts";
import { FrameDecoder, FrameEncoder, MAX_FRAME_SIZE } from "./frame.ts";
import type { NewFrameCipher } from "./frame-cipher.ts";
import { OutBuffer } from "./out-buffer.ts";

type Content = Pick<Frame, "code" | "payload">;

const keys = {
  aes: new Uint8Array(32).fill(1),
  mac: new Uint8Array(32).fill(2),
  seed: new Uint8Array(3),
};

function encode(newCipher: NewFrameCipher, frames: readonly Content[]): Uint8Array {
  const encoder = new FrameEncoder(newCipher(keys));
  const out = new OutBuffer();
  for (const { code, payload } of frames) encoder.encode(code, payload, out);
  const bytes = out.take();
  encoder.seal(bytes);
  return bytes;
}

/** Gives the bytes in pieces of the given lengths, again and again. */
function decode(
  newCipher: NewFrameCipher,
  bytes: Uint8Array,
  pieces: readonly number[],
): Content[] {
  const decoder = new FrameDecoder(newCipher(keys));
  const frames: Content[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = Math.max(1, pieces[i % pieces.length] ?? 1);
    decoder.push(bytes.subarray(at, at + length));
    for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(kept(frame));
    at += length;
  }
  return frames;
}

/** A frame is valid until the next one. */
function kept({ code, payload }: Frame): Content {
  return { code, payload: payload.slice() };
}

/** A frame with any body: the encoder itself never writes a bad code. */
function rawFrame(newCipher: NewFrameCipher, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(32 + Math.ceil(body.length / 16) * 16 + 16);
  frame.set([0, 0, body.length, 0xc2, 0x80, 0x80]);
  frame.set(body, 32);
  newCipher(keys).seal(frame);
  return frame;
}

const anyFrame = fc.record({
  code: fc.oneof(
    fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff),
    fc.nat(),
  ),
  payload: fc.uint8Array({ maxLength: 200 }),
});

describe.each(everyFrameEngine)("frames, $name", ({ newCipher }) => {
  test("come out as they went in, however the bytes are split", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 20 }),
        (frames, pieces) => {
          expect(decode(newCipher, encode(newCipher, frames), pieces)).toEqual(frames);
        },
      ),
    );
  });

  test("of every length around the block size come out whole", () => {
    const frames = Array.from({ length: 50 }, (_, length) => ({
      code: 16,
      payload: new Uint8Array(length).fill(length),
    }));
    expect(decode(newCipher, encode(newCipher, frames), [100_000])).toEqual(frames);
    expect(decode(newCipher, encode(newCipher, frames), [1])).toEqual(frames);
  });

  test("of the largest size fit, one byte more is refused and changes nothing", {
    timeout: 60_000,
  }, () => {
    const encoder = new FrameEncoder(newCipher(keys));
    const out = new OutBuffer();
    const tooLarge = new Uint8Array(MAX_FRAME_SIZE);
    expect(() => encoder.encode(16, tooLarge, out)).toThrow(
      expect.objectContaining({ code: "P2P_ERR_MESSAGE_TOO_LARGE" }),
    );
    expect(out.length).toBe(0);
    const largest = new Uint8Array(MAX_FRAME_SIZE - 1).fill(3);
    encoder.encode(16, largest, out);
    const bytes = out.take();
    encoder.seal(bytes);
    const [frame] = decode(newCipher, bytes, [65_536]);
    expect(frame?.payload.length).toBe(MAX_FRAME_SIZE - 1);
    expect(frame?.payload.indexOf(0)).toBe(-1);
  });

  test("with any bit changed are refused by a typed error, before their content is used", () => {
    const first = { code: 16, payload: new Uint8Array(40).fill(9) };
    const bytes = encode(newCipher, [first, first]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        const frames: Content[] = [];
        const decoder = new FrameDecoder(newCipher(keys));
        decoder.push(changed);
        expect(() => {
          for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(kept(frame));
        }).toThrow(P2PError);
        expect(frames.every(({ payload }) => payload.every((byte) => byte === 9))).toBe(true);
        expect(frames.length).toBe(at < bytes.length / 2 ? 0 : 1);
      }),
    );
  });

  test.each([
    ["no code at all", [], "it is empty"],
    ["a zero byte for code 0", [0x00], "canonical"],
    ["a long form for a small code", [0x81, 0x7f], "canonical"],
    ["a leading zero in its code", [0x82, 0x00, 0x80], "canonical"],
    ["a code that is cut off", [0x82, 0x01], "at most 6 bytes"],
    ["a code of 7 bytes", [0x87, 1, 2, 3, 4, 5, 6, 7], "at most 6 bytes"],
    ["a list for a code", [0xc1, 0x01], "at most 6 bytes"],
  ])("that have %s are refused", (_, body, message) => {
    expect(() => decode(newCipher, rawFrame(newCipher, Uint8Array.from(body)), [1000])).toThrow(
      expect.objectContaining({
        code: "P2P_ERR_BAD_FRAME",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("that announce the largest size and send nothing take no memory for it", () => {
    const large = encode(newCipher, [{ code: 16, payload: new Uint8Array(MAX_FRAME_SIZE - 1) }]);
    const decoder = new FrameDecoder(newCipher(keys));
    decoder.push(large.subarray(0, 32 + 10));
    const before = process.memoryUsage().arrayBuffers;
    expect(decoder.next()).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  test("gathered in one buffer can be taken again and again", () => {
    const encoder = new FrameEncoder(newCipher(keys));
    const out = new OutBuffer();
    const frames = [1, 2, 3].map((code) => ({ code, payload: new Uint8Array(code * 30) }));
    const taken = frames.map(({ code, payload }) => {
      encoder.encode(code, payload, out);
      const bytes = out.take();
      encoder.seal(bytes);
      const copy = bytes.slice();
      out.reuse(bytes);
      return copy;
    });
    expect(decode(newCipher, concatBytes(...taken), [7])).toEqual(frames);
  });
});
