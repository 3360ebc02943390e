/**
 * The cases about a side that is slower than the other: backpressure and bounds.
 * @module
 */

import { newAbortController, systemRandom } from "../../env.ts";
import type { ByteStream } from "../../transport.ts";
import { equal, isP2PError, ok, rejection, rejectsWith } from "../assert.ts";
import type { ContractCase } from "../contract.ts";
import { CHUNK, ExactReader, pattern, writePattern } from "./bytes.ts";
import { dialPart } from "./dial-cases.ts";
import { Part } from "./far-side.ts";
import type { DialSetup } from "./setup.ts";

/** More than all the buffers between two sockets of one machine hold. */
const TOO_MUCH = 48 * 1024 * 1024;
/** Round trips elsewhere during which nothing moves: then it stands still. */
const STILL_ROUND_TRIPS = 100;

export const flowCases: readonly ContractCase<DialSetup>[] = [
  [
    "carries 4 MiB in each direction at once",
    async (setup) => {
      const length = 4 * 1024 * 1024;
      const stream = await dialPart(setup, Part.Exchange, length);
      const reader = new ExactReader(stream);
      await Promise.all([writePattern(stream, length), reader.expectPattern(length)]);
      await reader.exact(1);
      await stream.close();
    },
  ],
  ["holds a writer back while the other side doesn't read", holdsWriterBack],
  ["holds the other side back, or aborts at its bound, while nobody reads", holdsSenderBack],
  [
    "closes while the other side writes",
    async (setup) => {
      const stream = await dialPart(setup, Part.Flood);
      const reader = new ExactReader(stream);
      await reader.expectPattern(CHUNK);
      await stream.close();
      await stream.closed;
    },
  ],
  [
    "rejects a write that waits when this side aborts",
    async (setup) => {
      const stream = await dialPart(setup, Part.Hold, 0, freshId());
      const writes = rejection(writePattern(stream, TOO_MUCH));
      await standStill(setup, stream);
      stream.abort();
      isP2PError(await writes, "P2P_ERR_STREAM_CLOSED");
    },
  ],
  [
    "rejects writing 16 MiB with the signal's reason",
    async (setup) => {
      const stream = await dialPart(setup, Part.Hold, 0, freshId());
      const controller = newAbortController();
      const why = new Error("no time");
      const writes = rejection(
        Promise.all([
          stream.write(pattern(0, TOO_MUCH), controller),
          stream.write(pattern(0, CHUNK), controller),
        ]),
      );
      controller.abort(why);
      equal(await writes, why, "reason");
      stream.abort();
      await rejectsWith(stream.write(pattern(0, 1)), "P2P_ERR_STREAM_CLOSED");
    },
  ],
];

async function holdsWriterBack(setup: DialSetup): Promise<void> {
  const id = freshId();
  const stream = await dialPart(setup, Part.Hold, TOO_MUCH, id);
  let accepted = 0;
  const writes = writePattern(stream, TOO_MUCH, (bytes) => {
    accepted = bytes;
  });
  const control = await dialPart(setup, Part.Echo);
  const echoes = new ExactReader(control);
  const stopped = await untilStill(async () => {
    await control.write(pattern(0, 1));
    await echoes.exact(1);
    return accepted;
  });
  ok(stopped < TOO_MUCH, `all of ${TOO_MUCH} bytes were accepted while nobody read`);
  const release = await dialPart(setup, Part.Release, 0, id);
  await writes;
  await new ExactReader(stream).exact(1);
  await Promise.all([stream, control, release].map((each) => each.close()));
}

async function holdsSenderBack(setup: DialSetup): Promise<void> {
  const id = freshId();
  const stream = await dialPart(setup, Part.Send, TOO_MUCH, id);
  if (!stream.pausable) {
    isP2PError((await stream.closed).error, "P2P_ERR_INBOUND_OVERFLOW");
    return;
  }
  const control = await dialPart(setup, Part.Accepted, 0, id);
  const answers = new ExactReader(control);
  const stopped = await untilStill(async () => {
    await control.write(pattern(0, 1));
    return new DataView((await answers.exact(4)).buffer).getUint32(0);
  });
  ok(stopped < TOO_MUCH, `all of ${TOO_MUCH} bytes were accepted while nobody read`);
  await new ExactReader(stream).expectPattern(TOO_MUCH);
  await Promise.all([stream.close(), control.close()]);
}

/** Waits for a while that is measured in round trips on another stream. */
async function standStill(setup: DialSetup, stream: ByteStream): Promise<void> {
  const control = await dialPart(setup, Part.Echo);
  const echoes = new ExactReader(control);
  await untilStill(async () => {
    await control.write(pattern(0, 1));
    await echoes.exact(1);
    return stream.pausable;
  });
  await control.close();
}

/** Asks until the answer hasn't changed for some round trips; resolves with it. */
async function untilStill<T>(ask: () => Promise<T>): Promise<T> {
  let last = await ask();
  for (let same = 0; same < STILL_ROUND_TRIPS; same++) {
    const now = await ask();
    if (now !== last) same = 0;
    last = now;
  }
  return last;
}

/** A far side may serve several runs at once. */
function freshId(): number {
  return new DataView(systemRandom(new Uint8Array(4)).buffer).getUint32(0);
}
