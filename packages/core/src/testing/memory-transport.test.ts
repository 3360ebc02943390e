/**
 * The memory transport under the contract, and what it adds.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { ByteStream } from "../transport.ts";
import { FakeClock } from "./fake-clock.ts";
import { memoryNetwork, memoryTransport } from "./memory-transport.ts";
import { transportConformance } from "./transport-suite.ts";

const publicKey = new Uint8Array(64);

describe("the memory transport", { timeout: 30_000 }, () => {
  transportConformance(test, async () => ({
    transport: memoryTransport(),
    listenAddress: { scheme: "memory", host: "127.0.0.1", port: 0 },
    addressFor: ({ address }) => ({ publicKey, ...address }),
  }));
});

test("transports of one network reach each other, those of two don't", async () => {
  const network = memoryNetwork();
  const taken: ByteStream[] = [];
  const { address } = await network.transport().listen!(
    { scheme: "memory", host: "0.0.0.0", port: 30_303 },
    { admit: () => true, onStream: (stream) => taken.push(stream) },
  );
  const target = { publicKey, ...address, host: "127.0.0.1" };
  await network.transport().dial(target);
  expect(taken).toHaveLength(1);
  await expect(memoryTransport().dial(target)).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
  });
});

test("drops the stream when the other side doesn't end it within a second", async () => {
  const clock = new FakeClock();
  const transport = memoryTransport({ clock });
  let taken: ByteStream | undefined;
  const { address } = await transport.listen!(
    { scheme: "memory", host: "a", port: 1 },
    { admit: () => true, onStream: (stream) => (taken = stream) },
  );
  const dialed = await transport.dial({ publicKey, ...address });
  const written = dialed.write(new Uint8Array(1_000_000));
  const lost = expect(written).rejects.toMatchObject({ code: "P2P_ERR_STREAM_CLOSED" });
  let closed = false;
  const closing = dialed.close().then(() => {
    closed = true;
  });
  await clock.advance(999);
  expect(closed).toBe(false);
  await clock.advance(1);
  await Promise.all([closing, lost]);
  expect((await dialed.closed).error?.code).toBe("P2P_ERR_STREAM");
  expect((await taken!.closed).error?.code).toBe("P2P_ERR_STREAM");
  expect(clock.pending).toBe(0);
});
