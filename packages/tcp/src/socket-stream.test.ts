/**
 * What a stream over a socket does that no real pair of sockets shows for certain.
 * @module
 */

import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { socketStream } from "./socket-stream.ts";

/** A socket whose other side is always faster: the system takes each write at once. */
function eagerSocket(): Socket {
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, taken) => taken() });
  return Object.assign(socket, { setNoDelay: () => socket }) as unknown as Socket;
}

test("sends a tick's first write at once, and the others in one piece", async () => {
  const pieces: number[][] = [];
  const socket = new Duplex({
    read() {},
    write(bytes: Uint8Array, _encoding, taken) {
      pieces.push([...bytes]);
      taken();
    },
    writev(chunks, taken) {
      pieces.push(chunks.flatMap(({ chunk }) => [...chunk]));
      taken();
    },
  });
  const plain = Object.assign(socket, { setNoDelay: () => socket }) as unknown as Socket;
  const stream = socketStream(plain, {});
  const writes = [1, 2, 3].map((byte) => stream.write(Uint8Array.of(byte)));
  expect(pieces).toEqual([[1]]);
  await Promise.all(writes);
  expect(pieces).toEqual([[1], [2, 3]]);
});

test("others have their turns while a reader takes all that is written at once", async () => {
  const stream = socketStream(eagerSocket(), {});
  let turns = 0;
  let counting = setImmediate(function count() {
    turns++;
    counting = setImmediate(count);
  });
  const chunk = new Uint8Array(64 * 1024);
  for (let n = 0; n < 400; n++) await stream.write(chunk);
  clearImmediate(counting);
  expect(turns).toBeGreaterThanOrEqual(99);
});
