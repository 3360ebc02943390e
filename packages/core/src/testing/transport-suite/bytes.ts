/**
 * Bytes whose value follows from their place, and reading exact amounts of them.
 * @module
 */

import type { ByteStream } from "../../transport.ts";
import { equal, ok } from "../assert.ts";

/** How much the suite writes at once where the size doesn't matter. */
export const CHUNK = 64 * 1024;

/** The byte at a place: changes at each step, and repeats at no power of two. */
function byteAt(place: number): number {
  return (place * 31 + (place >> 8) * 7 + (place >> 16) * 13) & 0xff;
}

/** The bytes from `start` on. */
export function pattern(start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = byteAt(start + i);
  return bytes;
}

/** Writes the pattern in chunks, waiting for each; `onAccepted` hears how many bytes were taken. */
export async function writePattern(
  stream: ByteStream,
  length: number,
  onAccepted: (bytes: number) => void = () => {},
): Promise<void> {
  for (let at = 0; at < length; at += CHUNK) {
    await stream.write(pattern(at, Math.min(CHUNK, length - at)));
    onAccepted(Math.min(length, at + CHUNK));
  }
}

/** Reads a stream in exact amounts. */
export class ExactReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next bytes as they come; undefined at the end. */
  async some(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = new Uint8Array(0);
      return rest;
    }
    const { done, value } = await this.#chunks.next();
    return done ? undefined : value;
  }

  /** Exactly so many bytes; throws when the stream ends before. */
  async exact(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let at = 0;
    await this.#consume(length, (part) => {
      bytes.set(part, at);
      at += part.length;
    });
    return bytes;
  }

  /** Reads so many bytes and compares each with the pattern. */
  async expectPattern(length: number): Promise<void> {
    let at = 0;
    await this.#consume(length, (part) => {
      for (const byte of part) {
        if (byte !== byteAt(at)) equal(byte, byteAt(at), `byte ${at}`);
        at++;
      }
    });
  }

  async #consume(length: number, take: (part: Uint8Array) => void): Promise<void> {
    let left = length;
    while (left > 0) {
      const bytes = await this.some();
      ok(bytes !== undefined, `the stream ended ${left} of ${length} bytes early`);
      take(bytes.subarray(0, left));
      this.#rest = bytes.subarray(left);
      left -= Math.min(left, bytes.length);
    }
  }

  /** Throws unless the stream now ends in order, with no more bytes. */
  async expectEnd(): Promise<void> {
    const bytes = await this.some();
    ok(bytes === undefined, `expected the end, got ${bytes?.length} bytes`);
  }
}
