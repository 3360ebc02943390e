/**
 * The cases in which a dialer alone sees the whole: bytes, the end, errors of dialing.
 * @module
 */

import { newAbortController } from "../../env.ts";
import type { ByteStream } from "../../transport.ts";
import { equal, isP2PError, ok, rejection, rejectsWith, sameBytes } from "../assert.ts";
import type { ContractCase } from "../contract.ts";
import { ExactReader, pattern } from "./bytes.ts";
import { Part, request } from "./far-side.ts";
import type { DialSetup } from "./setup.ts";

/** Dials the far side and asks for a part. */
export async function dialPart(
  { transport, address }: DialSetup,
  part: number,
  length = 0,
  id = 0,
): Promise<ByteStream> {
  const stream = await transport.dial(address);
  await stream.write(request(part, length, id));
  return stream;
}

export const dialCases: readonly ContractCase<DialSetup>[] = [
  [
    "carries bytes both ways",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      await stream.write(pattern(0, 5));
      await new ExactReader(stream).expectPattern(5);
      await stream.close();
    },
  ],
  [
    "keeps bytes and their order, however they are cut",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const lengths = [1, 1, 1, 2, 3, 255, 256, 1, 65_535, 65_536, 65_537, 1, 7, 131_073];
      const all = [...Array.from({ length: 1_000 }, () => 1), ...lengths];
      const total = all.reduce((sum, length) => sum + length, 0);
      const read = new ExactReader(stream).expectPattern(total);
      let at = 0;
      for (const length of all) {
        await stream.write(pattern(at, length));
        at += length;
      }
      await read;
      await stream.close();
    },
  ],
  [
    "keeps the order of writes that don't wait for each other",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const writes: Promise<void>[] = [];
      for (let at = 0; at < 30_000; at += 30) writes.push(stream.write(pattern(at, 30)));
      await Promise.all([new ExactReader(stream).expectPattern(30_000), ...writes]);
      await stream.close();
    },
  ],
  [
    "takes nothing for bytes that were written over after the write resolved",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const bytes = pattern(0, 1_000);
      await stream.write(bytes);
      bytes.fill(0xee);
      await new ExactReader(stream).expectPattern(1_000);
      await stream.close();
    },
  ],
  ["echoes one write of 1 MiB", (setup) => echoOnce(setup, 1024 * 1024)],
  ["echoes one write of 16 MiB", (setup) => echoOnce(setup, 16 * 1024 * 1024)],
  [
    "takes an empty write for nothing",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      await stream.write(new Uint8Array(0));
      await stream.write(pattern(0, 1));
      await new ExactReader(stream).expectPattern(1);
      await stream.close();
    },
  ],
  [
    "serves 100 streams at once",
    async (setup) => {
      await Promise.all(Array.from({ length: 100 }, () => echoOnce(setup, 1_000)));
    },
  ],
  [
    "delivers what was written before the other side closed, then ends",
    async (setup) => {
      const stream = await dialPart(setup, Part.SendAndClose, 256 * 1024);
      const reader = new ExactReader(stream);
      await reader.expectPattern(256 * 1024);
      await reader.expectEnd();
      const { error, reason } = await stream.closed;
      equal(error, undefined, "error");
      equal(reason, undefined, "reason");
      await rejectsWith(stream.write(pattern(0, 1)), "P2P_ERR_STREAM_CLOSED");
    },
  ],
  [
    "tells that it has closed while nobody reads, and keeps what had arrived",
    async (setup) => {
      const stream = await dialPart(setup, Part.SendAndClose, 1_000);
      equal((await stream.closed).error, undefined, "error");
      const reader = new ExactReader(stream);
      await reader.expectPattern(1_000);
      await reader.expectEnd();
    },
  ],
  [
    "shows a reader that the other side aborted",
    async (setup) => {
      const stream = await dialPart(setup, Part.Abort);
      const reader = new ExactReader(stream);
      await rejectsWith(reader.exact(2));
      isP2PError((await stream.closed).error);
    },
  ],
  [
    "gives a waiting reader the error of its own abort",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const read = new ExactReader(stream).some();
      const why = new Error("enough");
      stream.abort(why);
      const error = await rejection(read);
      isP2PError(error, "P2P_ERR_STREAM_CLOSED");
      equal(error.cause, why, "cause");
      isP2PError((await stream.closed).error, "P2P_ERR_STREAM_CLOSED");
    },
  ],
  [
    "refuses to write after close and after abort",
    async (setup) => {
      for (const end of ["close", "abort"] as const) {
        const stream = await dialPart(setup, Part.Echo);
        await stream[end]();
        await rejectsWith(stream.write(pattern(0, 1)), "P2P_ERR_STREAM_CLOSED");
      }
    },
  ],
  [
    "closes once, however often it is asked",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      await Promise.all([stream.close(), stream.close()]);
      await stream.close();
      equal((await stream.closed).error, undefined, "error");
      stream.abort();
      equal((await stream.closed).error, undefined, "error after a late abort");
    },
  ],
  [
    "closes at once when the signal of close is aborted",
    async (setup) => {
      const stream = await dialPart(setup, Part.Hold);
      const controller = newAbortController();
      controller.abort(new Error("no time"));
      await stream.close({ signal: controller.signal });
      isP2PError((await stream.closed).error);
    },
  ],
  [
    "may be iterated once",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      stream[Symbol.asyncIterator]();
      let error: unknown;
      try {
        stream[Symbol.asyncIterator]();
      } catch (thrown) {
        error = thrown;
      }
      ok(error instanceof TypeError, `expected a TypeError, got ${String(error)}`);
      stream.abort();
    },
  ],
  [
    "refuses what isn't bytes",
    async (setup) => {
      const stream = await dialPart(setup, Part.Echo);
      const error = await rejection(stream.write("text" as unknown as Uint8Array));
      ok(error instanceof TypeError, `expected a TypeError, got ${String(error)}`);
      await stream.close();
    },
  ],
  [
    "refuses to dial with a signal that is aborted",
    async ({ transport, address }) => {
      const controller = newAbortController();
      const why = new Error("changed my mind");
      controller.abort(why);
      equal(await rejection(transport.dial(address, controller)), why, "reason");
    },
  ],
  [
    "stops dialing when the signal is aborted",
    async ({ transport, address }) => {
      const controller = newAbortController();
      const why = new Error("changed my mind");
      const dialed = transport.dial(address, controller);
      controller.abort(why);
      equal(await rejection(dialed), why, "reason");
    },
  ],
  [
    "keeps a stream whose dialing signal is aborted later",
    async ({ transport, address }) => {
      const controller = newAbortController();
      const stream = await transport.dial(address, controller);
      controller.abort();
      await stream.write(request(Part.Echo));
      await stream.write(pattern(0, 5));
      sameBytes(await new ExactReader(stream).exact(5), pattern(0, 5));
      await stream.close();
    },
  ],
  [
    "says that nothing listens at a refused port",
    async ({ transport, refusedAddress }) => {
      const error = await rejection(transport.dial(refusedAddress));
      isP2PError(error, "P2P_ERR_DIAL_FAILED");
      ok(error.message.includes(String(refusedAddress.port)), `no port in "${error.message}"`);
    },
  ],
];

async function echoOnce(setup: DialSetup, length: number): Promise<void> {
  const stream = await dialPart(setup, Part.Echo);
  const read = new ExactReader(stream).expectPattern(length);
  await Promise.all([read, stream.write(pattern(0, length))]);
  await stream.close();
  equal((await stream.closed).error, undefined, "error");
}
