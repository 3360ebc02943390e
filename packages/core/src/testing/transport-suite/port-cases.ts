/**
 * The cases of a stream that is read and written by callbacks, through its own port or one that is
 * made of its other methods: the same bytes, and the same ends.
 * @module
 */

import type { P2PError } from "../../errors.ts";
import type { BytePort } from "../../transport.ts";
import { portOf } from "../../transport-kit/port-of.ts";
import { equal, isP2PError, ok, sameBytes } from "../assert.ts";
import type { ContractCase } from "../contract.ts";
import { CHUNK, pattern } from "./bytes.ts";
import { dialPart } from "./dial-cases.ts";
import { Part } from "./far-side.ts";
import type { DialSetup } from "./setup.ts";

/** More than all the buffers between two sockets of one machine hold. */
const TOO_MUCH = 48 * 1024 * 1024;

export const portCases: readonly ContractCase<DialSetup>[] = [
  [
    "carries bytes both ways by callbacks, in order and however they are cut",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const port = portOf(stream);
      const lengths = [1, 1, 2, 255, 256, 65_535, 65_537, 1, 131_073];
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const read = readUntil(port, total);
      const sent: Promise<P2PError | undefined>[] = [];
      let at = 0;
      for (const length of lengths) {
        sent.push(sending(port, pattern(at, length)));
        at += length;
      }
      for (const error of await Promise.all(sent)) equal(error, undefined, "error");
      sameBytes(await read, pattern(0, total));
      equal(port.ended, undefined, "ended");
      await stream.close();
    },
  ],
  [
    "gives what came before the end by callbacks, and then the end",
    async (setup) => {
      const length = 256 * 1024;
      const stream = await dialPart(setup, Part.SendAndClose, length);
      const port = portOf(stream);
      sameBytes(await readUntil(port, length), pattern(0, length));
      if (!port.ended) await readable(port);
      equal(port.read(), undefined, "chunk");
      ok(port.ended !== undefined, "the port doesn't show the end");
      equal(port.ended.error, undefined, "error");
      isP2PError(await sending(port, pattern(0, 1)), "P2P_ERR_STREAM_CLOSED");
    },
  ],
  [
    "shows by callbacks that the other side aborted",
    async (setup) => {
      const stream = await dialPart(setup, Part.Abort);
      const port = portOf(stream);
      while (!port.ended) if (!port.read()) await readable(port);
      isP2PError(port.ended.error);
    },
  ],
  [
    "tells each that waits by a callback of its own abort, once",
    async (setup) => {
      const stream = await dialPart(setup, Part.Hold, 0, 0);
      const port = portOf(stream);
      const waiting = readable(port);
      const sent: Promise<P2PError | undefined>[] = [];
      for (let at = 0; at < TOO_MUCH; at += 16 * CHUNK) {
        sent.push(sending(port, pattern(at, 16 * CHUNK)));
      }
      stream.abort();
      await waiting;
      isP2PError(port.ended?.error, "P2P_ERR_STREAM_CLOSED");
      isP2PError((await Promise.all(sent)).at(-1), "P2P_ERR_STREAM_CLOSED");
      isP2PError(await sending(port, pattern(0, 1)), "P2P_ERR_STREAM_CLOSED");
    },
  ],
];

/** Sends; resolves with what it calls back with. Fails where it calls at once, or twice. */
function sending(port: BytePort, bytes: Uint8Array): Promise<P2PError | undefined> {
  return new Promise((resolve, reject) => {
    let calls = 0;
    let returned = false;
    port.send(bytes, (error) => {
      calls += 1;
      if (calls > 1) reject(new Error("called back twice"));
      else if (returned) resolve(error);
      else reject(new Error("called back before it had returned"));
    });
    returned = true;
  });
}

/** Resolves when there is something to read. Fails where it calls at once. */
function readable(port: BytePort): Promise<void> {
  return new Promise((resolve, reject) => {
    let returned = false;
    port.whenReadable(() => {
      if (returned) resolve();
      else reject(new Error("called back before it had returned"));
    });
    returned = true;
  });
}

async function readUntil(port: BytePort, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const chunk = port.read();
    if (!chunk) {
      ok(port.ended === undefined, `the stream ended ${length - at} of ${length} bytes early`);
      await readable(port);
      continue;
    }
    ok(at + chunk.length <= length, `${at + chunk.length} bytes came in place of ${length}`);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
