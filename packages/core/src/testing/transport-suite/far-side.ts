/**
 * The other side of the dialing cases. The dialer asks for a part by the first bytes it sends, so
 * one listener, in this process or another, serves every case.
 * @module
 */

import type { ByteStream } from "../../transport.ts";
import { CHUNK, ExactReader, pattern, writePattern } from "./bytes.ts";

/** What a stream's other side does. `length` and `id` come from the request. */
export const Part = {
  /** Sends back what comes; ends when the dialer does. */
  Echo: 1,
  /** Sends `length` bytes of the pattern; then waits. Counts under `id` what was accepted. */
  Send: 2,
  /** Sends `length` bytes of the pattern, then closes. */
  SendAndClose: 3,
  /** Sends one byte, then aborts. */
  Abort: 4,
  /** Reads nothing until `id` is released; then `length` bytes of the pattern, and answers one. */
  Hold: 5,
  /** Releases `id`. */
  Release: 6,
  /** Answers each byte with how many bytes were accepted under `id`, as four bytes. */
  Accepted: 7,
  /** Sends and reads `length` bytes of the pattern at the same time, then answers one byte. */
  Exchange: 8,
  /** Sends without an end. */
  Flood: 9,
} as const;

const REQUEST_BYTES = 9;

/** Encodes the first bytes of a stream. */
export function request(part: number, length = 0, id = 0): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, part);
  view.setUint32(1, length);
  view.setUint32(5, id);
  return bytes;
}

/** What streams of one far side know of each other. Lives as long as a test's listener. */
interface Shared {
  readonly released: Map<number, () => void>;
  readonly accepted: Map<number, number>;
}

/** Makes the taker of a listener's streams. */
export function startFarSide(): (stream: ByteStream) => void {
  const shared: Shared = { released: new Map(), accepted: new Map() };
  return (stream) => {
    // Cases break their streams off: that ends the part, and the case sees its own side of it.
    play(stream, shared).catch((error: unknown) => stream.abort(error));
  };
}

async function play(stream: ByteStream, shared: Shared): Promise<void> {
  const reader = new ExactReader(stream);
  const view = new DataView((await reader.exact(REQUEST_BYTES)).buffer);
  const length = view.getUint32(1);
  const id = view.getUint32(5);
  const run = parts[view.getUint8(0)];
  if (run === undefined) throw new Error("no such part");
  await run({ stream, reader, length, id, shared });
}

interface Scene {
  readonly stream: ByteStream;
  readonly reader: ExactReader;
  readonly length: number;
  readonly id: number;
  readonly shared: Shared;
}

const parts: Readonly<Record<number, (scene: Scene) => Promise<void>>> = {
  async [Part.Echo]({ stream, reader }) {
    for (let bytes = await reader.some(); bytes !== undefined; bytes = await reader.some()) {
      await stream.write(bytes);
    }
  },
  async [Part.Send]({ stream, length, id, shared }) {
    await writePattern(stream, length, (bytes) => shared.accepted.set(id, bytes));
  },
  async [Part.SendAndClose]({ stream, length }) {
    await writePattern(stream, length);
    await stream.close();
  },
  async [Part.Abort]({ stream }) {
    await stream.write(new Uint8Array(1));
    stream.abort();
  },
  async [Part.Hold]({ stream, reader, length, id, shared }) {
    await new Promise<void>((resolve) => shared.released.set(id, resolve));
    await reader.expectPattern(length);
    await stream.write(new Uint8Array(1));
  },
  async [Part.Release]({ id, shared }) {
    shared.released.get(id)?.();
  },
  async [Part.Accepted]({ stream, reader, id, shared }) {
    for (;;) {
      await reader.exact(1);
      const answer = new DataView(new ArrayBuffer(4));
      answer.setUint32(0, shared.accepted.get(id) ?? 0);
      await stream.write(new Uint8Array(answer.buffer));
    }
  },
  async [Part.Exchange]({ stream, reader, length }) {
    await Promise.all([writePattern(stream, length), reader.expectPattern(length)]);
    await stream.write(new Uint8Array(1));
  },
  async [Part.Flood]({ stream }) {
    for (let at = 0; ; at += CHUNK) await stream.write(pattern(at, CHUNK));
  },
};
