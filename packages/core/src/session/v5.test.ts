/**
 * RLPx v5 as a session: order, batches, compression, backpressure, ends.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { onTurnEnd, systemRandom } from "../env.ts";
import { P2PError } from "../errors.ts";
import { replaceWrite } from "../replace-write.test.helper.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { memoryTransport } from "../testing/memory-transport.ts";
import type { ByteStream } from "../transport.ts";
import { openSession } from "./open-session.ts";
import type { Session, SessionMessage } from "./session.ts";
import { MAX_MESSAGE_SIZE } from "./session.ts";

const random = systemRandom;
const dialerKey = new Uint8Array(32).fill(3);
const nodeKey = new Uint8Array(32).fill(4);

interface Pair {
  readonly clock: FakeClock;
  readonly dialer: Session;
  readonly node: Session;
  readonly streams: readonly ByteStream[];
}

/** Two sessions past their handshake. `wrap` may change the dialer's stream. */
async function newPair(wrap = (stream: ByteStream): ByteStream => stream): Promise<Pair> {
  const clock = new FakeClock();
  const transport = memoryTransport({ clock });
  const address = { publicKey: publicKeyOf(nodeKey), scheme: "memory", host: "node", port: 1 };
  let accepted: (stream: ByteStream) => void = () => {};
  const inbound = new Promise<ByteStream>((resolve) => {
    accepted = resolve;
  });
  await transport.listen?.(
    { scheme: "memory", host: "node", port: 1 },
    { admit: () => true, onStream: (stream) => accepted(stream) },
  );
  const outbound = wrap(await transport.dial(address));
  const far = await inbound;
  const [dialer, node] = await Promise.all([
    openSession(outbound, { privateKey: dialerKey, remoteKey: address.publicKey, clock, random }),
    openSession(far, { privateKey: nodeKey, clock, random }),
  ]);
  return { clock, dialer, node, streams: [outbound, far] };
}

/** Exchanges first messages, after which both compress. */
async function opened(pair: Pair): Promise<Pair> {
  const { dialer, node } = pair;
  const both = [dialer, node].map(
    (session) =>
      new Promise<void>((resolve) => {
        session.onBatch = () => {
          session.snappy = true;
          resolve();
        };
        session.resume();
      }),
  );
  for (const session of [dialer, node]) session.write(0, Uint8Array.of(0xc0));
  await Promise.all(both);
  return pair;
}

/** Collects what a session delivers until there are `count` messages or it has ended. */
function collect(session: Session, count: number) {
  const batches: SessionMessage[][] = [];
  const done = new Promise<P2PError | undefined>((resolve) => {
    session.onBatch = (messages) => {
      batches.push([...messages]);
      if (batches.flat().length >= count) resolve(undefined);
    };
    session.onEnd = resolve;
  });
  session.resume();
  return { batches, done, messages: () => batches.flat() };
}

/** Records the length of every write. */
function counted(stream: ByteStream, writes: number[]): ByteStream {
  return replaceWrite(stream, (write) => (bytes, options) => {
    writes.push(bytes.length);
    return write(bytes, options);
  });
}

describe("a v5 session", () => {
  test("says who the other side is, and that it isn't sealed", async () => {
    const { dialer, node } = await newPair();
    expect(dialer.remoteKey).toEqual(publicKeyOf(nodeKey));
    expect(node.remoteKey).toEqual(publicKeyOf(dialerKey));
    expect(dialer.sealed).toBe(false);
  });

  test("delivers the first message alone and waits, though more came with it", async () => {
    const { dialer, node } = await newPair();
    for (const code of [0, 16, 17]) dialer.write(code, Uint8Array.of(code));
    const first = collect(node, 1);
    await first.done;
    expect(first.messages().map(({ code }) => code)).toEqual([0]);
    const rest = collect(node, 2);
    await rest.done;
    expect(rest.messages().map(({ code }) => code)).toEqual([16, 17]);
  });

  test("sends the messages of a tick in one write", async () => {
    const writes: number[] = [];
    const { dialer, node } = await opened(await newPair((stream) => counted(stream, writes)));
    await new Promise<void>(onTurnEnd);
    writes.length = 0;
    const got = collect(node, 100);
    for (let i = 0; i < 100; i++) dialer.write(16, Uint8Array.of(i));
    await got.done;
    expect(writes).toEqual([100 * 64]);
    expect(got.batches.length).toBe(1);
    expect(got.messages().map(({ payload }) => payload[0])).toEqual([...Array(100).keys()]);
  });

  test("sends messages written one after another in two writes", async () => {
    const writes: number[] = [];
    const pair = await newPair((stream) => counted(stream, writes));
    const { dialer, node, clock } = await opened(pair);
    await clock.advance(1);
    writes.length = 0;
    const got = collect(node, 100);
    for (let i = 0; i < 100; i++) {
      dialer.write(16, Uint8Array.of(i));
      await dialer.ready(16);
    }
    await got.done;
    expect(writes).toEqual([64, 99 * 64]);
    expect(got.messages().map(({ payload }) => payload[0])).toEqual([...Array(100).keys()]);
  });

  test("sends what follows close behind a write in one at the end of the turn", async () => {
    const writes: number[] = [];
    const pair = await newPair((stream) => counted(stream, writes));
    const { dialer, node, clock } = await opened(pair);
    await clock.advance(1);
    writes.length = 0;
    const got = collect(node, 11);
    dialer.write(16, Uint8Array.of(0));
    while (writes.length === 0) await undefined;
    for (let i = 0; i < 100; i++) await undefined;
    writes.length = 0;
    for (let i = 1; i <= 10; i++) {
      dialer.write(16, Uint8Array.of(i));
      for (let tick = 0; tick < 20; tick++) await undefined;
    }
    await got.done;
    expect(writes).toEqual([10 * 64]);
  });

  test("sends a reply at the end of its tick, however close behind a write", async () => {
    const writes: number[] = [];
    const pair = await newPair((stream) => counted(stream, writes));
    const { dialer, node, clock } = await opened(pair);
    dialer.onBatch = () => dialer.write(16, Uint8Array.of(2));
    dialer.resume();
    await clock.advance(1);
    writes.length = 0;
    let turns = 0;
    onTurnEnd(() => turns++);
    dialer.write(16, Uint8Array.of(0));
    for (let tick = 0; tick < 50; tick++) await undefined;
    expect(writes).toEqual([64]);
    node.write(16, Uint8Array.of(1));
    for (let tick = 0; tick < 50; tick++) await undefined;
    expect(writes).toEqual([64, 64]);
    expect(turns).toBe(0);
  });

  test("gives any messages back as they were", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            code: fc.integer({ min: 2, max: 70_000 }),
            payload: fc.oneof(
              fc.uint8Array({ maxLength: 3000 }),
              fc.nat(70_000).map((length) => new Uint8Array(length).fill(length)),
            ),
          }),
          { minLength: 1, maxLength: 10 },
        ),
        async (messages) => {
          const { dialer, node } = await opened(await newPair());
          const got = collect(node, messages.length);
          const sizes = messages.map(({ code, payload }) => dialer.write(code, payload));
          await got.done;
          expect(got.messages().map(({ code, payload }) => ({ code, payload }))).toEqual(messages);
          expect(got.messages().map(({ wireSize }) => wireSize)).toEqual(sizes);
        },
      ),
      { numRuns: 10 },
    );
  }, 60_000);

  test("takes a Disconnect that wasn't compressed, and nothing else that wasn't", async () => {
    const { dialer, node } = await opened(await newPair());
    dialer.snappy = false;
    const got = collect(node, 2);
    dialer.write(1, Uint8Array.of(0xc1, 0x04));
    dialer.write(16, Uint8Array.of(0xc1, 0x04));
    expect(await got.done).toMatchObject({ code: "P2P_ERR_BAD_SNAPPY" });
    expect(got.messages()).toMatchObject([{ code: 1, payload: Uint8Array.of(0xc1, 0x04) }]);
  });

  test("refuses a message above 16 MiB - 1, and a random one that no frame holds; it lives on", {
    timeout: 60_000,
  }, async () => {
    const { dialer, node } = await opened(await newPair());
    const tooLarge = { code: "P2P_ERR_MESSAGE_TOO_LARGE" };
    expect(() => dialer.write(16, new Uint8Array(MAX_MESSAGE_SIZE + 1))).toThrow(
      expect.objectContaining(tooLarge),
    );
    const incompressible = random(new Uint8Array(MAX_MESSAGE_SIZE));
    expect(() => dialer.write(16, incompressible)).toThrow(expect.objectContaining(tooLarge));
    const got = collect(node, 1);
    dialer.write(16, new Uint8Array(MAX_MESSAGE_SIZE));
    await got.done;
    expect(got.messages()[0]?.payload.length).toBe(MAX_MESSAGE_SIZE);
  });

  test("takes no first frame above 4,096 bytes: it can be no Hello", async () => {
    const { dialer, node } = await newPair();
    dialer.write(0, random(new Uint8Array(4_096)));
    const got = collect(node, 1);
    expect(await got.done).toMatchObject({ code: "P2P_ERR_OVERSIZED_MESSAGE" });
    expect(got.messages()).toEqual([]);
  });

  test("holds a writer up, then refuses, when the other side doesn't read", {
    timeout: 60_000,
  }, async () => {
    const { dialer, node, clock } = await opened(await newPair());
    node.pause();
    const chunk = random(new Uint8Array(1_000_000));
    let held = false;
    for (let i = 0; i < 3; i++) dialer.write(16, chunk);
    const waiting = dialer.ready(16).then(() => {
      held = true;
    });
    await clock.advance(1);
    expect(dialer.congested).toBe(true);
    expect(held).toBe(false);
    expect(() => {
      for (let i = 0; i < 20; i++) dialer.write(16, chunk);
    }).toThrow(expect.objectContaining({ code: "P2P_ERR_WRITE_QUEUE_FULL" }));
    const got = collect(node, 17);
    await got.done;
    await waiting;
    expect(dialer.congested).toBe(false);
  });

  test("gives up a peer that takes nothing for 20 s", async () => {
    const { dialer, node, clock } = await opened(await newPair());
    node.pause();
    const ended = new Promise<P2PError | undefined>((resolve) => {
      dialer.onEnd = resolve;
    });
    dialer.write(16, random(new Uint8Array(2_000_000)));
    // The time limit starts with the write, which may wait for the turn of the one before to end.
    for (let i = 0; i < 3; i++) await new Promise<void>(onTurnEnd);
    await clock.advance(20_000);
    expect(await ended).toMatchObject({ code: "P2P_ERR_WRITE_TIMEOUT" });
  });

  test("gives it the 20 s anew when it was us who slept", async () => {
    const { dialer, node, clock } = await opened(await newPair());
    node.pause();
    let ended = false;
    dialer.onEnd = () => {
      ended = true;
    };
    dialer.write(16, random(new Uint8Array(2_000_000)));
    for (let i = 0; i < 3; i++) await new Promise<void>(onTurnEnd);
    clock.jump(3_600_000);
    await clock.advance(19_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(ended).toBe(true);
  });

  test("sends what is queued before it closes", async () => {
    const { dialer, node } = await opened(await newPair());
    const got = collect(node, Number.POSITIVE_INFINITY);
    for (let i = 0; i < 50; i++) dialer.write(16, Uint8Array.of(i));
    await dialer.close();
    expect(await got.done).toBeUndefined();
    expect(got.messages().length).toBe(50);
    expect(() => dialer.write(16, Uint8Array.of(1))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_CLOSED" }),
    );
  });

  test("closes within 1 s though the other side reads nothing", async () => {
    const { dialer, node, clock } = await opened(await newPair());
    node.pause();
    dialer.write(16, random(new Uint8Array(2_000_000)));
    const closed = dialer.close();
    await clock.advance(1_000);
    await closed;
    node.abort(new P2PError("enough", { code: "P2P_ERR_STREAM" }));
    expect(clock.pending).toBe(0);
  });

  test("tells the other side nothing more after an abort", async () => {
    const { dialer, node } = await opened(await newPair());
    const got = collect(node, 1);
    dialer.write(16, Uint8Array.of(1));
    dialer.abort(new P2PError("enough", { code: "P2P_ERR_STREAM" }));
    expect(await got.done).toMatchObject({ code: "P2P_ERR_STREAM" });
    expect(got.messages()).toEqual([]);
  });
});
