/**
 * How much of a pipe is on its way to one side, and how that ends.
 * @module
 */

import type { BytePort } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { FakeClock } from "@peerkit/core/testing";
import { portOf } from "@peerkit/core/transport-kit";
import { expect, test, vi } from "vitest";
import { drain, settle, streamPair } from "../../streams.test.helper.ts";
import type { OneWayOptions } from "./one-way.ts";
import { OneWay } from "./one-way.ts";

/** `sender` writes what the way reads; `receiver` reads what it writes. */
async function oneWay(options: Partial<OneWayOptions> = {}) {
  const clock = new FakeClock();
  const [sender, from] = await streamPair(clock);
  const [receiver, to] = await streamPair(clock);
  const onEnd = vi.fn<(fault?: unknown) => void>();
  const parts = { from: portOf(from), to: portOf(to), clock, onBytes: () => 0, onEnd };
  const way = new OneWay({ ...parts, ...options });
  way.start();
  return { clock, sender, receiver, to, onEnd, way };
}

/** A source with chunks without end that counts those that were read. */
function endless(size: number): BytePort & { count: number } {
  return {
    ...STILL,
    count: 0,
    read() {
      this.count++;
      return new Uint8Array(size);
    },
  };
}

/** A destination that takes a chunk when it is told to. */
function slow(): BytePort & { take(count: number): void } {
  const waiting: (() => void)[] = [];
  return {
    ...STILL,
    send: (_, done) => void waiting.push(done),
    take(count) {
      for (const done of waiting.splice(0, count)) done();
    },
  };
}

const STILL: BytePort = {
  ended: undefined,
  read: () => undefined,
  whenReadable() {},
  send() {},
};

test.each([
  ["of 64 KiB", 64 * 1024, 4],
  ["of one byte", 1, 512],
])("holds 256 KiB that aren't taken, with what chunks %s cost", async (_, size, most) => {
  const [from, to] = [endless(size), slow()];
  await oneWay({ from, to });
  expect(from.count).toBe(most);
  to.take(most / 2);
  expect(from.count).toBe(most);
  // Less than a half is held: it is read on, until it is full again.
  to.take(1);
  expect(from.count).toBe(most + most / 2 + 1);
});

test("doesn't go on before a chunk's time has come, though there is room", async () => {
  const [from, to] = [endless(64 * 1024), slow()];
  let chunks = 0;
  const { clock } = await oneWay({ from, to, onBytes: () => (chunks++ < 3 ? 0 : 1_000) });
  expect(from.count).toBe(4);
  to.take(3);
  await clock.advance(999);
  expect(from.count).toBe(4);
  await clock.advance(1);
  expect(from.count).toBe(5);
});

test("ends when all that came has been taken, and not before", async () => {
  const { sender, receiver, to, onEnd } = await oneWay();
  for (let i = 0; i < 3; i++) await sender.write(new Uint8Array(64 * 1024));
  void sender.close();
  await settle(200);
  expect(onEnd).not.toHaveBeenCalled();
  const read = drain(receiver);
  await settle(200);
  expect(onEnd.mock.calls).toEqual([[undefined]]);
  void to.close();
  expect((await read).bytes).toHaveLength(3 * 64 * 1024);
});

test("ends once, with what its source, its destination or its filter failed with", async () => {
  const closed = expect.objectContaining({ code: expect.stringMatching(/^P2P_ERR_STREAM/) });
  const source = await oneWay();
  source.sender.abort();
  await settle();
  expect(source.onEnd.mock.calls).toEqual([[closed]]);

  const destination = await oneWay();
  destination.receiver.abort();
  await settle();
  for (let i = 0; i < 3; i++) await destination.sender.write(Uint8Array.of(i));
  await settle();
  expect(destination.onEnd.mock.calls).toEqual([[closed]]);

  const no = new P2PError("not RLPx", { code: "P2P_ERR_PIPE_SHAPE" });
  const filter = await oneWay({
    filter() {
      throw no;
    },
  });
  await filter.sender.write(Uint8Array.of(1));
  await settle();
  expect(filter.onEnd.mock.calls).toEqual([[no]]);
});
