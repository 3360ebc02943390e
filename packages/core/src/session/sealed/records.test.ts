/**
 * What somebody in between can do to records, and what a hostile peer can put into them: one typed
 * error each, no growth, and never anything that counts as a message.
 * @module
 */

import { describe, expect, test } from "vitest";
import { newGcm } from "../../crypto/gcm.node.ts";
import type { Gcm, NewGcm } from "../../crypto/gcm.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { concatBytes, hexToBytes } from "../../wire/bytes.ts";
import { portableSnappy } from "../../wire/portable-snappy.ts";
import { ByteReader } from "../byte-reader.ts";
import { EPOCH_RECORDS, Epochs } from "./epochs.ts";
import { RecordBuilder } from "./record-builder.ts";
import { MAX_PLAINTEXT, RECORD_HEADER, RecordReader } from "./record-reader.ts";
import { RecordSource } from "./record-source.ts";
import {
  collect,
  epochsFrom,
  keyOf,
  more,
  newSecrets,
  newSession,
  ONE,
  openPair,
  sealer,
  settle,
  streamPair,
  unsealedRecord,
} from "./sealed-pair.test.helper.ts";

const hex = hexToBytes;
const HELLO = "10" + "00" + "00" + "00000000" + "000001" + "c0";
const DISCONNECT = "10" + "00" + "00" + "00000001" + "000001" + "c0";

/** A MSG chunk as hex. */
function msg(channel: number, code: number, payload = "", flags = 0): string {
  const numbers = [channel, flags].map((n) => n.toString(16).padStart(2, "0")).join("");
  const length = (payload.length / 2).toString(16).padStart(6, "0");
  return `10${numbers}${code.toString(16).padStart(8, "0")}${length}${payload}`;
}

function firstOf(channel: number, total: number, size: number, flags = "00"): string {
  const field = (n: number) => n.toString(16).padStart(6, "0");
  return `110${channel}${flags}00000000${field(total)}${field(size)}${"aa".repeat(size)}`;
}

function nextOf(channel: number, size: number): string {
  return `120${channel}${size.toString(16).padStart(6, "0")}${"aa".repeat(size)}`;
}

function windowOf(channel: number, increment: number): string {
  return `200${channel}${increment.toString(16).padStart(8, "0")}`;
}

/** A recipient that is open, and an initiator whose records are made by hand. */
async function victim(makeGcm: NewGcm = newGcm) {
  const clock = new FakeClock();
  const [attacker, stream] = await streamPair(clock);
  const session = newSession(stream, false, clock, makeGcm);
  const seal = sealer(true);
  session.write(0, Uint8Array.of(0xc0));
  const greeting = collect(session, { count: 1 });
  await attacker.write(seal(hex(HELLO)));
  await greeting.all;
  session.open();
  session.start(ONE, { queueLimit: 2 ** 24, hasRoom: () => true });
  const got = collect(session);
  return { attacker, session, seal, got, clock };
}

describe("an authentic record is refused for", () => {
  const rows: [string, string, string][] = [
    ["an unknown type", "30", "CHUNK"],
    ["an unknown flag", msg(1, 0, "", 2), "CHUNK"],
    ["a chunk past the end", "10010000000000000002aa", "CHUNK"],
    ["a chunk's header past the end", "1001", "CHUNK"],
    ["a window past the end", "2001000000", "CHUNK"],
    ["padding that isn't zero", `${msg(1, 0)}000001`, "CHUNK"],
    ["an unknown channel", msg(2, 0), "CHUNK"],
    ["a window for an unknown channel", windowOf(2, 1), "CHUNK"],
    ["a window for the base protocol", windowOf(0, 1), "CHUNK"],
    ["a code outside the protocol", msg(1, 16), "CHUNK"],
    ["a code outside the base protocol", msg(0, 16), "CHUNK"],
    ["a message in an open one", firstOf(1, 5000, 1024) + msg(1, 0), "CHUNK"],
    ["a start in an open one", firstOf(1, 5000, 1024) + firstOf(1, 5000, 1024), "CHUNK"],
    ["more without a start", nextOf(1, 1024), "CHUNK"],
    ["more than announced", firstOf(1, 1500, 1024) + nextOf(1, 477), "CHUNK"],
    ["a start that is all of it", firstOf(1, 1024, 1024), "CHUNK"],
    ["a start that is too small", firstOf(1, 5000, 1023), "CHUNK"],
    ["a piece of one byte", firstOf(1, 5000, 1024) + nextOf(1, 1), "CHUNK"],
    ["an empty piece", firstOf(1, 5000, 1024) + nextOf(1, 0), "CHUNK"],
    ["a start on the base protocol", firstOf(0, 5000, 1024), "CHUNK"],
    ["more on the base protocol", nextOf(0, 1024), "CHUNK"],
    ["a compressed base message", msg(0, 2, "0000", 1), "CHUNK"],
    ["a base message above 2,048 bytes", msg(0, 2, "aa".repeat(2049)), "CHUNK"],
    ["a compressed message without a size", msg(1, 0, "", 1), "CHUNK"],
    ["a compressed message that declares 16 MiB", msg(1, 0, "8080800800", 1), "CHUNK"],
    ["a window of 0", windowOf(1, 0), "WINDOW"],
    ["a window above 2^25", windowOf(1, 2 ** 25), "WINDOW"],
    ["33 windows for nothing", windowOf(1, 1).repeat(33), "WINDOW"],
  ];

  test.each(rows)("%s", async (_, plaintext, code) => {
    const { attacker, seal, got } = await victim();
    await attacker.write(seal(hex(plaintext)));
    expect(await got.end).toMatchObject({ code: `P2P_ERR_SEALED_${code}`, reason: 2 });
    expect(got.messages.filter(({ code }) => code !== 16)).toEqual([]);
  });

  test("more than the credit of its channel", async () => {
    const { attacker, seal, got } = await victim();
    // The window is 8 MiB: 129 times 65,000 bytes is more, and nobody takes any.
    const plaintext = hex(msg(1, 0, "aa".repeat(65_000)));
    for (let i = 0; i < 129; i++) await attacker.write(seal(plaintext));
    expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_WINDOW" });
    expect(got.messages.length).toBe(128);
  });

  test.each([
    ["base messages", msg(0, 2, "c0")],
    ["records of padding", "00"],
  ])("too many %s", async (_, plaintext) => {
    const { attacker, seal, got } = await victim();
    for (let i = 0; i < 501; i++) await attacker.write(seal(hex(plaintext)));
    expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_CHUNK" });
  });

  test("nothing, where it is well formed", async () => {
    const { attacker, seal, got } = await victim();
    const good = [
      firstOf(1, 1025, 1024) + nextOf(1, 1),
      `${msg(1, 15, "aa")}${msg(0, 2, "c0")}${windowOf(1, 5)}${"00".repeat(70)}`,
      windowOf(1, 1).repeat(31),
      "00",
    ];
    for (const plaintext of good) await attacker.write(seal(hex(plaintext)));
    await settle();
    expect(got.messages.map(({ code }) => code)).toEqual([16, 31, 2]);
  });
});

describe("a message that grows", () => {
  test("takes memory for what has come, not for what it announces", async () => {
    const { attacker, seal } = await victim();
    const before = process.memoryUsage().arrayBuffers;
    await attacker.write(seal(hex(firstOf(1, 0xffffff, 1024))));
    await settle();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test("a hundred snappy bombs stay as small as they came", async () => {
    const { attacker, seal, got } = await victim();
    const bomb = portableSnappy.compress(new Uint8Array(2 ** 20));
    const chunk = hex(msg(1, 0, "00".repeat(bomb.length), 1));
    chunk.set(bomb, 10);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 100; i++) await attacker.write(seal(chunk));
    await settle();
    expect(got.messages.length).toBe(100);
    expect(got.messages.every(({ packed }) => packed?.size === 2 ** 20)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 2 ** 20);
  });

  test("a tiny one doesn't hold on to its large record", async () => {
    const { attacker, seal, got } = await victim();
    await attacker.write(seal(concatBytes(hex(msg(1, 0, "aa")), new Uint8Array(60_000))));
    await settle();
    expect(got.messages[0]?.payload.buffer.byteLength).toBe(1);
  });
});

describe("the first record", () => {
  const rows: [string, string][] = [
    ["a message of a protocol", msg(1, 0)],
    ["a ping", msg(0, 2, "c0")],
    ["two messages", HELLO + msg(0, 2, "c0")],
    ["credit with the Hello", HELLO + windowOf(1, 1)],
    ["padding only", "00"],
    ["non-zero padding", `${HELLO}0001`],
    ["a compressed Hello", msg(0, 0, "01", 1)],
  ];

  test.each(rows)("is refused when it is %s", async (_, plaintext) => {
    const clock = new FakeClock();
    const [attacker, stream] = await streamPair(clock);
    const session = newSession(stream, false, clock);
    const got = collect(session);
    await attacker.write(sealer(true)(hex(plaintext)));
    expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_HANDSHAKE" });
    expect(got.messages).toEqual([]);
  });

  test("may be a Disconnect", async () => {
    const clock = new FakeClock();
    const [attacker, stream] = await streamPair(clock);
    const session = newSession(stream, false, clock);
    const got = collect(session, { count: 1 });
    await attacker.write(sealer(true)(hex(DISCONNECT)));
    await got.all;
    expect(got.messages.map(({ code }) => code)).toEqual([1]);
    expect(session.sealed).toBe(false);
  });

  test("an initiator writes nothing before the other side's, a recipient nothing after its own", async () => {
    const clock = new FakeClock();
    const [dialed, accepted] = await streamPair(clock);
    const early = expect.objectContaining({ code: "P2P_ERR_SEALED_HANDSHAKE" });
    const initiator = newSession(dialed, true, clock);
    expect(() => initiator.write(0, Uint8Array.of(0xc0))).toThrow(early);
    expect(() => initiator.write(1, Uint8Array.of(0xc0))).toThrow(early);
    const recipient = newSession(accepted, false, clock);
    recipient.write(0, Uint8Array.of(0xc0));
    expect(() => recipient.write(0, Uint8Array.of(0xc0))).toThrow(early);
    expect(() => recipient.write(1, Uint8Array.of(0xc0))).toThrow(early);
  });
});

describe("somebody in between who", () => {
  /** Records 1 to 5, each with one message of its own number. */
  async function five() {
    const { seal, ...rest } = await victim();
    const records = [1, 2, 3, 4, 5].map((i) => seal(hex(msg(1, i))));
    return { records, ...rest };
  }

  const reflected = sealer(false)(hex(HELLO));
  const rows: [string, (r: Uint8Array[]) => (Uint8Array | undefined)[], number][] = [
    ["drops one", ([a, , c]) => [a, c], 1],
    ["repeats one", ([a]) => [a, a], 1],
    ["swaps two", ([a, b, c]) => [a, c, b], 1],
    ["reflects one", ([a]) => [a, reflected], 1],
    ["splices two", ([a, b]) => [a?.slice(0, 20), b?.slice(20)], 0],
  ];
  test.each(rows)("%s ends it", async (_, change, whole) => {
    const { records, attacker, got } = await five();
    await attacker.write(concatBytes(...change(records).map((r) => r ?? new Uint8Array(0))));
    expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_RECORD" });
    expect(got.messages.length).toBe(whole);
  });

  test("flips any bit of a record gets nothing through", async () => {
    for (let bit = 0; bit < 8 * 29; bit++) {
      const { records, attacker, got } = await five();
      const [record = new Uint8Array(0)] = records;
      record[bit >> 3] = (record[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await attacker.write(concatBytes(...records, new Uint8Array(70_000)));
      expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_RECORD" });
      expect(got.messages).toEqual([]);
    }
  });

  test.each([0, 16, 65_809, 0xff_ff_ff])("says a record has %i bytes gets no memory", (length) => {
    const reader = new RecordReader();
    const before = process.memoryUsage().arrayBuffers;
    for (const byte of [length >> 16, length >> 8]) {
      reader.push(Uint8Array.of(byte));
      expect(reader.next()).toBeUndefined();
    }
    reader.push(Uint8Array.of(length));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: "P2P_ERR_SEALED_RECORD" }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000);
  });

  test("cuts the stream after any byte leaves no clean end", async () => {
    const { records } = await five();
    const bytes = concatBytes(...records.slice(0, 2));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { attacker, got } = await victim();
      await attacker.write(bytes.slice(0, cut));
      void attacker.close();
      expect(await got.end).toMatchObject({ code: "P2P_ERR_TRUNCATED" });
      expect(got.messages.length).toBe([0, 1, 2][Math.floor(cut / records[0]!.length)]);
    }
  });

  test("goes on after a Disconnect is not heard", async () => {
    const { attacker, seal, got } = await victim();
    await attacker.write(concatBytes(seal(hex(DISCONNECT + msg(1, 0))), new Uint8Array(500)));
    await settle();
    expect(got.messages.map(({ code }) => code)).toEqual([1]);
  });
});

describe("somebody in between at the edge of an epoch, who", () => {
  const FIRST = EPOCH_RECORDS - 2;
  const seal = sealer(true, FIRST);
  /** The last two of epoch 0, and the first three of epoch 1. */
  const records = [0, 1, 2, 3, 4].map((i) => seal(Uint8Array.of(i)));
  const [a, b, c, d, e] = records as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const old = sealer(true)(Uint8Array.of(2));

  const rows: [string, Uint8Array[], number][] = [
    ["drops the last of the old", [a, c, d, e], 1],
    ["drops the first of the new", [a, b, d, e], 2],
    ["drops both", [a, d, e], 1],
    ["swaps these two", [a, c, b, d], 1],
    ["repeats the last of the old", [a, b, b, c], 2],
    ["repeats the first of the new", [a, b, c, c], 3],
    ["puts the first of the old in place of the first of the new", [a, b, old, d], 2],
  ];
  test.each(rows)("%s ends it", async (_, sent, whole) => {
    const [attacker, stream] = await streamPair(new FakeClock());
    const epochs = epochsFrom(FIRST, newSecrets().fromInitiator);
    const source = new RecordSource(new ByteReader(stream), epochs);
    await attacker.write(concatBytes(...sent));
    await more(source);
    for (let i = 0; i < whole; i++) expect(source.take()).toEqual(Uint8Array.of(i));
    expect(() => source.take()).toThrow(expect.objectContaining({ code: "P2P_ERR_SEALED_RECORD" }));
  });

  test("does nothing lets all through", async () => {
    const [sender, stream] = await streamPair(new FakeClock());
    const epochs = epochsFrom(FIRST, newSecrets().fromInitiator);
    const source = new RecordSource(new ByteReader(stream), epochs);
    await sender.write(concatBytes(...records));
    await more(source);
    for (let i = 0; i < 5; i++) expect(source.take()).toEqual(Uint8Array.of(i));
  });
});

describe("the numbers of records", () => {
  test("never meet a key twice, in 200,000 records each way, also at the epochs' edges", async () => {
    const seen = new Set<string>();
    const keys = new Map<Gcm, number>();
    const counting: NewGcm = (key) => {
      const gcm = newGcm(key);
      keys.set(gcm, keys.size);
      return gcm;
    };
    for (const secret of [1, 2]) {
      const sending = new Epochs(keyOf(secret), counting);
      const receiving = new Epochs(keyOf(secret), newGcm);
      for (let n = 0; n < 200_000; n++) {
        const { gcm, nonce } = sending.take();
        seen.add(`${keys.get(gcm)} ${Buffer.from(nonce).toString("latin1")}`);
        const back = receiving.take();
        // Each hundredth is enough, and all near an edge.
        const nearEdge = (n + 5) % EPOCH_RECORDS < 10;
        if (n % 100 > 0 && !nearEdge) continue;
        const record = gcm.seal(nonce, unsealedRecord(Uint8Array.of(0)), 3) as Uint8Array;
        expect(back.gcm.open(back.nonce, record, RECORD_HEADER)).toBeDefined();
      }
    }
    expect(seen.size).toBe(400_000);
    expect(keys.size).toBe(8);
  });

  test("a record of one epoch is none of the next", () => {
    const epochs = new Epochs(keyOf(1), newGcm);
    const first = epochs.take();
    const nonce = first.nonce.slice();
    for (let n = 1; n < EPOCH_RECORDS; n++) epochs.take();
    const last = epochs.take();
    const record = first.gcm.seal(nonce, unsealedRecord(Uint8Array.of(0)), 3) as Uint8Array;
    expect(last.gcm.open(nonce, record, RECORD_HEADER)).toBeUndefined();
    expect(first.gcm.open(nonce, record, RECORD_HEADER)).toBeDefined();
  });
});

describe("a cipher that takes its time", () => {
  /** Each call settles later than the one after it would. */
  const slow: NewGcm = (key) => {
    const gcm = newGcm(key);
    let turns = 12;
    const later = async <T>(value: T): Promise<T> => {
      turns = Math.max(0, turns - 3);
      for (let left = turns; left > 0; left--) await settle();
      return value;
    };
    return {
      seal: (nonce, record, length) => later(gcm.seal(nonce, record, length)) as never,
      open: (nonce, sealed, length) => later(gcm.open(nonce, sealed.slice(), length)) as never,
    };
  };

  test("keeps the order", async () => {
    const { initiator, recipient } = await openPair({ newGcm: slow });
    const got = collect(recipient, { take: true, count: 30 });
    initiator.resume();
    for (let i = 0; i < 30; i++) {
      initiator.write(16, new Uint8Array(1000 * i).fill(i));
      if (i % 7 === 0) await settle();
    }
    await got.all;
    expect(got.messages.map(({ payload }) => payload.length)).toEqual(
      Array.from({ length: 30 }, (_, i) => 1000 * i),
    );
  });

  test("and then fails ends the session; nothing is encrypted after it", async () => {
    let sealed = 0;
    const failing: NewGcm = (key) => {
      const gcm = newGcm(key);
      return {
        async seal(nonce, record, length) {
          sealed += 1;
          if (record.length > 5000) throw new Error("no");
          return gcm.seal(nonce, record, length);
        },
        open: (nonce, bytes, length) => gcm.open(nonce, bytes, length),
      };
    };
    const { initiator, recipient } = await openPair({ newGcm: failing });
    const got = collect(recipient);
    const end = collect(initiator).end;
    initiator.write(16, new Uint8Array(10_000));
    expect(await end).toMatchObject({ code: "P2P_ERR_STREAM" });
    const before = sealed;
    initiator.write(16, new Uint8Array(10));
    await settle();
    expect(sealed).toBe(before);
    expect(got.messages).toEqual([]);
  });
});

test("a record is filled to its bound and no further", () => {
  const builder = new RecordBuilder();
  expect(builder.room(10)).toBe(MAX_PLAINTEXT - 10);
  expect(builder.bulkRoom(10)).toBe(65_536);
  builder.msg(1, { code: 0, flags: 0 }, 65_536);
  expect(builder.bulkRoom(5)).toBe(0);
  expect(builder.finish(true).length).toBe(3 + 65_546 + 16);
});
