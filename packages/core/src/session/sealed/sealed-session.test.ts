/**
 * The sealed session between two of ours: order, sizes, padding, priorities, credits, ends.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newGcm } from "../../crypto/gcm.node.ts";
import { replaceWrite } from "../../replace-write.test.helper.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import type { ByteStream } from "../../transport.ts";
import { bytesToHex } from "../../wire/bytes.ts";
import { decompress } from "../../wire/snappy.ts";
import type { SessionMessage, SessionProtocol } from "../session.ts";
import { MAX_MESSAGE_SIZE } from "../session.ts";
import { ChunkType, readChunks } from "./chunks.ts";
import { Epochs } from "./epochs.ts";
import { RECORD_HEADER, RecordReader } from "./record-reader.ts";
import {
  collect,
  first,
  newSecrets,
  newSession,
  ONE,
  openPair,
  settle,
  streamPair,
  until,
} from "./sealed-pair.test.helper.ts";

const MiB = 2 ** 20;
const plain = ({ code, payload }: SessionMessage) => ({ code, payload });
/** As text: comparing arrays of this size byte by byte takes seconds. */
const text = ({ code, payload }: Pick<SessionMessage, "code" | "payload">) =>
  `${code} ${bytesToHex(payload)}`;

/** Keeps every write of a stream. */
function tapped(writes: Uint8Array[]) {
  return (stream: ByteStream): ByteStream =>
    replaceWrite(stream, (write) => (bytes, options) => {
      writes.push(bytes.slice());
      return write(bytes, options);
    });
}

/** The plaintexts of everything that the initiator wrote. */
function opened(writes: readonly Uint8Array[]): Uint8Array[] {
  const epochs = new Epochs(newSecrets().fromInitiator, newGcm);
  const reader = new RecordReader();
  const plaintexts: Uint8Array[] = [];
  for (const bytes of writes) {
    reader.push(bytes);
    for (let record = reader.next(); record; record = reader.next()) {
      const { gcm, nonce } = epochs.take();
      plaintexts.push(gcm.open(nonce, record, RECORD_HEADER) as Uint8Array);
    }
  }
  return plaintexts;
}

describe("a sealed session", () => {
  test("is sealed, and exports a secret, only once it is open", async () => {
    const clock = new FakeClock();
    const [stream] = await streamPair(clock);
    const session = newSession(stream, true, clock);
    expect(session.sealed).toBe(false);
    expect(session.exporter).toBeUndefined();
    session.open();
    expect(session.sealed).toBe(true);
    expect(session.exporter).toEqual(newSecrets().exporter);
  });

  test("gives any messages back as they were, both ways", async () => {
    const protocols: readonly SessionProtocol[] = [
      { offset: 16, length: 0, compress: false },
      { offset: 16, length: 3, compress: false },
      { offset: 19, length: 70_000, compress: false },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            code: fc.integer({ min: 16, max: 70_000 }),
            payload: fc.oneof(
              fc.uint8Array({ maxLength: 3000 }),
              fc.nat(200_000).map((length) => new Uint8Array(length).fill(length)),
            ),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (sent) => {
          const { initiator, recipient } = await openPair({ protocols });
          for (const [from, to] of [
            [initiator, recipient],
            [recipient, initiator],
          ] as const) {
            const got = collect(to, { count: sent.length });
            from.resume();
            for (const { code, payload } of sent) from.write(code, payload);
            await got.all;
            // Each channel has its order; between channels there is none.
            for (const inChannel of [(c: number) => c < 19, (c: number) => c >= 19]) {
              const here = ({ code }: { readonly code: number }) => inChannel(code);
              expect(got.messages.filter(here).map(text)).toEqual(sent.filter(here).map(text));
            }
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  test("delivers the first message alone, though more came with it", async () => {
    const clock = new FakeClock();
    const [dialed, accepted] = await streamPair(clock);
    const initiator = newSession(dialed, true, clock);
    const recipient = newSession(accepted, false, clock);
    recipient.write(0, Uint8Array.of(1));
    await first(initiator);
    initiator.write(0, Uint8Array.of(2));
    initiator.open();
    initiator.start(ONE, { queueLimit: MiB, hasRoom: () => true });
    initiator.write(20, Uint8Array.of(3));
    await settle();
    expect((await first(recipient)).payload).toEqual(Uint8Array.of(2));
    recipient.open();
    recipient.start(ONE, { queueLimit: MiB, hasRoom: () => true });
    const got = collect(recipient, { count: 1 });
    await got.all;
    expect(got.messages.map(plain)).toEqual([{ code: 20, payload: Uint8Array.of(3) }]);
  });

  test("sends the messages of a tick in one record, padded to a multiple of 64", async () => {
    const writes: Uint8Array[] = [];
    const { initiator, recipient } = await openPair({ wrap: tapped(writes) });
    const got = collect(recipient, { count: 20 });
    await settle();
    const before = writes.length;
    for (let i = 0; i < 20; i++) initiator.write(16, new Uint8Array(i));
    await got.all;
    expect(writes.length - before).toBe(1);
    for (const plaintext of opened(writes)) expect(plaintext.length % 64).toBe(0);
  });

  test("refuses a message above 16 MiB - 1, and more than 16 MiB unsent; it lives on", async () => {
    const { initiator, recipient } = await openPair({ queueLimit: 65_536 });
    expect(() => initiator.write(16, new Uint8Array(MAX_MESSAGE_SIZE + 1))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_MESSAGE_TOO_LARGE" }),
    );
    initiator.write(16, new Uint8Array(MAX_MESSAGE_SIZE));
    initiator.write(16, new Uint8Array(65_536));
    expect(() => initiator.write(16, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_WRITE_QUEUE_FULL" }),
    );
    const got = collect(recipient, { take: true, count: 2 });
    initiator.resume();
    await got.all;
    await initiator.ready(16);
    initiator.write(16, new Uint8Array(1));
  });
});

describe("a ping", () => {
  test("waits behind at most 64 KiB of a large message", async () => {
    const writes: Uint8Array[] = [];
    let held = false;
    let release = (): void => {};
    const { initiator, recipient } = await openPair({
      wrap: (stream) =>
        replaceWrite(tapped(writes)(stream), (write) => async (bytes, options) => {
          const done = write(bytes, options);
          if (held) await new Promise<void>((resolve) => (release = resolve));
          return done;
        }),
    });
    const got = collect(recipient, { take: true });
    initiator.resume();
    await settle();
    held = true;
    initiator.write(16, new Uint8Array(4 * MiB));
    await settle();
    // The stream has one record and isn't ready for more: all others are still to be built.
    const before = writes.length;
    initiator.write(2, Uint8Array.of(0xc0));
    held = false;
    release();
    await until(() => got.messages.length === 2);
    expect(got.messages.map(({ code }) => code)).toEqual([2, 16]);
    const records = opened(writes).map(readChunks);
    expect(records[before]?.[0]).toMatchObject({ type: ChunkType.Msg, channel: 0, code: 2 });
    expect(Math.max(...records.map(bulk))).toBe(65_536);
  });

  test("is answered though others wait behind a record, until 16 answers do", async () => {
    const { initiator, recipient } = await openPair();
    recipient.pause();
    initiator.write(16, new Uint8Array(MiB));
    await settle();
    initiator.write(2, Uint8Array.of(0xc0));
    expect(initiator.congested).toBe(false);
    for (let waiting = 1; waiting < 16; waiting++) initiator.write(3, Uint8Array.of(0xc0));
    expect(initiator.congested).toBe(false);
    initiator.write(3, Uint8Array.of(0xc0));
    expect(initiator.congested).toBe(true);
  });

  test("a burst leaves at a pace that the other side takes", async () => {
    const { clock, initiator, recipient } = await openPair();
    const got = collect(recipient);
    let sent = 0;
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 100; i++) {
        try {
          initiator.write(2, Uint8Array.of(0xc0));
          sent += 1;
        } catch {
          break; // Too many wait: that is the bound.
        }
      }
      await clock.advance(100);
    }
    await clock.advance(5_000);
    expect(got.messages.length).toBe(sent);
    expect(sent).toBeGreaterThan(400);
    expect(sent).toBeLessThan(1000);
  });
});

function bulk(record: ReturnType<typeof readChunks>): number {
  return record.reduce(
    (sum, chunk) => sum + (chunk.channel > 0 && "bytes" in chunk ? chunk.bytes.length : 0),
    0,
  );
}

describe("credits", () => {
  const windows: [string, number][] = [
    ["8 MiB", 2 ** 24],
    ["64 KiB", 65_536],
  ];

  test.each(windows)(
    "let a message of 16 MiB - 1 through a window of %s",
    async (_, queueLimit) => {
      const { initiator, recipient } = await openPair({ queueLimit });
      const payload = new Uint8Array(MAX_MESSAGE_SIZE).fill(7);
      const got = collect(recipient, { take: true, count: 1 });
      initiator.resume();
      initiator.write(16, payload);
      await got.all;
      expect(got.messages[0]?.payload.length).toBe(payload.length);
      expect(got.messages[0]?.payload.every((byte) => byte === 7)).toBe(true);
    },
  );

  test("hold a sender up at the window while nobody reads, and no other protocol", async () => {
    const protocols = [
      { offset: 16, length: 1, compress: false },
      { offset: 17, length: 1, compress: false },
    ];
    const window = 4 * MiB;
    const writes: Uint8Array[] = [];
    const { initiator, recipient } = await openPair({ protocols, wrap: tapped(writes) });
    const got = collect(recipient);
    initiator.resume();
    const payload = new Uint8Array(65_536);
    let sent = 0;
    let stalled = false;
    // A writer that awaits each write: 1 GB would take forever, and memory none of it.
    void (async () => {
      for (; sent < 16_384 && !stalled; sent++) {
        initiator.write(16, payload);
        await initiator.ready(16);
      }
    })();
    for (let last = -1; last !== sent; await settle()) last = sent;
    stalled = true;
    const unread = got.messages.length * (65_536 + 64);
    expect(unread).toBeLessThanOrEqual(window);
    expect(unread).toBeGreaterThan(window - 2 * 65_600);
    expect(sent * 65_536).toBeLessThan(window + 1.3 * MiB);
    // The other channel is as free as before.
    initiator.write(17, Uint8Array.of(1));
    await until(() => got.messages.at(-1)?.code === 17);
    expect(bytesOf(writes)).toBeLessThan(window + MiB / 2);
  });

  test("are given back as the protocol takes messages, 200,000 empty ones too", async () => {
    const { initiator, recipient } = await openPair();
    const total = 200_000;
    let got = 0;
    recipient.onBatch = (batch) => {
      got += batch.length;
      for (const { wireSize } of batch) recipient.taken(0, wireSize + 64);
    };
    const end = new Promise((resolve) => {
      recipient.onEnd = resolve;
      initiator.onEnd = resolve;
    });
    for (const session of [recipient, initiator]) session.resume();
    const empty = new Uint8Array(0);
    const writing = (async () => {
      for (let i = 0; i < total; i++) {
        initiator.write(16, empty);
        if (i % 1000 === 999) await initiator.ready(16);
      }
      await until(() => got === total);
    })();
    await Promise.race([writing, end.then((error) => Promise.reject(error))]);
    expect(got).toBe(total);
  });

  test("stop while the server has no room, but for those who wait", async () => {
    let room = false;
    const { initiator, recipient } = await openPair({ hasRoom: () => room });
    const got = collect(recipient);
    initiator.resume();
    for (let i = 0; i < 1600; i++) initiator.write(16, new Uint8Array(10_000));
    const quiet = async () => {
      for (let last = -1; last !== got.messages.length; await settle()) last = got.messages.length;
    };
    await quiet();
    // The window was raised once at the start; nothing was given back since.
    const before = got.messages.length;
    expect(before).toBeLessThan(900);
    for (const { wireSize } of got.messages) recipient.taken(0, wireSize + 64);
    await quiet();
    expect(got.messages.length).toBe(before);
    recipient.waiting(0, true);
    await quiet();
    expect(got.messages.length).toBeGreaterThan(before);
    expect(got.messages.length).toBeLessThan(before + 10);
    room = true;
    for (const { wireSize } of got.messages.slice(before)) recipient.taken(0, wireSize + 64);
    await quiet();
    expect(got.messages.length).toBe(1600);
  });
});

function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

describe("compression", () => {
  const secret = "code=481516";
  const guess = (text: string) => new TextEncoder().encode(`${secret}${text}`.padEnd(400, "."));
  const right = guess(`you said: ${secret}`);
  const wrong = guess("you said: xyzw=902733");

  async function sizes(compress: boolean): Promise<number[]> {
    const protocols = [{ offset: 16, length: 1, compress }];
    const writes: Uint8Array[] = [];
    const { initiator, recipient } = await openPair({ protocols, wrap: tapped(writes) });
    const got = collect(recipient, { take: true, count: 2 });
    initiator.resume();
    await settle();
    const lengths: number[] = [];
    for (const payload of [right, wrong]) lengths.push(initiator.write(16, payload));
    await got.all;
    for (const [i, { payload, packed }] of got.messages.entries()) {
      expect(packed !== undefined).toBe(compress);
      const text = packed ? decompress(payload, packed.size, packed.codec) : payload;
      expect(text).toEqual([right, wrong][i]);
    }
    return lengths;
  }

  test("is off by default: a guess that is right has the length of one that is wrong", async () => {
    const [first, second] = await sizes(false);
    expect(first).toBe(second);
  });

  test("that a protocol asks for gives the guess away, as its documentation says", async () => {
    const [first, second] = await sizes(true);
    expect(first).toBeLessThan(second!);
  });

  test("is left out where it makes a message longer", async () => {
    const protocols = [{ offset: 16, length: 1, compress: true }];
    const { initiator, recipient } = await openPair({ protocols });
    const got = collect(recipient, { count: 1 });
    const random = crypto.getRandomValues(new Uint8Array(1000));
    expect(initiator.write(16, random)).toBe(1000);
    await got.all;
    expect(got.messages[0]?.packed).toBeUndefined();
  });
});

describe("the end", () => {
  test("comes after what was written before, and is a clean one", async () => {
    const { initiator, recipient } = await openPair();
    const got = collect(recipient);
    for (let i = 0; i < 50; i++) initiator.write(16, new Uint8Array(10_000).fill(i));
    initiator.write(1, Uint8Array.of(0xc1, 0x08));
    await initiator.close();
    await until(() => got.messages.at(-1)?.code === 1);
    expect(got.messages.length).toBe(51);
    expect(() => initiator.write(16, new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: "P2P_ERR_CLOSED" }),
    );
  });

  test("without a Disconnect is truncation", async () => {
    const { initiator, recipient } = await openPair();
    const got = collect(recipient);
    initiator.write(16, new Uint8Array(10));
    await initiator.close();
    expect(await got.end).toMatchObject({ code: "P2P_ERR_TRUNCATED" });
    expect(got.messages.length).toBe(1);
  });

  test("leaves no timer behind, and nobody waiting", async () => {
    const { clock, initiator, recipient } = await openPair();
    recipient.pause();
    for (let i = 0; i < 30; i++) initiator.write(16, new Uint8Array(500_000));
    const ready = initiator.ready(16);
    const closing = initiator.close();
    await clock.advance(1_000);
    await closing;
    await ready;
    recipient.abort(new Error("over") as never);
    expect(clock.pending).toBe(0);
  });
});
