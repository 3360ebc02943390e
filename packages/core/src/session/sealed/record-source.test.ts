/**
 * Records behind a cipher that answers later, in whatever order: they are given in the stream's.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newGcm } from "../../crypto/gcm.node.ts";
import type { NewGcm } from "../../crypto/gcm.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { ByteReader } from "../byte-reader.ts";
import { Epochs } from "./epochs.ts";
import { RecordSource } from "./record-source.ts";
import { more, newSecrets, sealer, settle, streamPair } from "./sealed-pair.test.helper.ts";

/** A record that the cipher was asked to open. */
interface Asked {
  readonly bytes: number;
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * A source whose cipher answers when the test says so, and the sender's end of its stream; `rest`
 * came with the handshake.
 */
async function newSource(rest: Uint8Array = new Uint8Array(0)) {
  const [sender, stream] = await streamPair(new FakeClock());
  const asked: Asked[] = [];
  const slow: NewGcm = (key) => {
    const gcm = newGcm(key);
    return {
      seal: gcm.seal,
      open: (nonce, sealed, headerLength) => {
        const kept = nonce.slice();
        return new Promise((resolve, fail) => {
          const answer = (): void => resolve(gcm.open(kept, sealed, headerLength));
          asked.push({ bytes: sealed.length, answer, fail });
        });
      },
    };
  };
  const epochs = new Epochs(newSecrets().fromInitiator, slow);
  const { port } = new ByteReader(stream);
  const source = new RecordSource({ port, rest }, epochs);
  return { sender, asked, source, seal: sealer(true) };
}

/** Takes all there is until the end; what the source threw is the last. */
async function drain(source: RecordSource): Promise<unknown[]> {
  const taken: unknown[] = [];
  try {
    do {
      for (let next = source.take(); next; next = source.take()) taken.push(next[0]);
    } while (await more(source));
  } catch (error) {
    taken.push(error);
  }
  return taken;
}

const SMALL = [0, 1, 2, 3, 4, 5];
const SIZES = Array.from({ length: 20 }, () => 65_792);

describe("records that are opened several at once", () => {
  test("are given in the stream's order, in whatever order the cipher answers", async () => {
    const orders = fc.shuffledSubarray(SMALL, { minLength: SMALL.length });
    const chunkings = fc.array(fc.nat(140), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(orders, chunkings, async (order, cuts) => {
        const { sender, asked, source, seal } = await newSource();
        const drained = drain(source);
        const bytes = concatBytes(...SMALL.map((i) => seal(Uint8Array.of(i, 0, 0))));
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        for (let i = 1; i < edges.length; i++) {
          await sender.write(bytes.slice(edges[i - 1], edges[i]));
        }
        await settle();
        expect(asked.length).toBe(SMALL.length);
        for (const i of order) {
          asked[i]?.answer();
          await settle();
        }
        void sender.close();
        expect(await drained).toEqual(SMALL);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ["one by one", 0],
    ["all at once", 20],
  ])("are never more than 256 KiB, though they come %s", async (_, atOnce) => {
    const seal = sealer(true);
    const records = SIZES.map((size, i) => seal(new Uint8Array(size).fill(i)));
    const { sender, asked, source } = await newSource(concatBytes(...records.slice(0, atOnce)));
    const drained = drain(source);
    let written = 0;
    const writing = (async () => {
      for (const record of records.slice(atOnce)) {
        await sender.write(record);
        written += 1;
      }
      void sender.close();
    })();
    for (let answered = 0; answered < 20; answered++) {
      for (let last = -1; last !== asked.length; await settle()) last = asked.length;
      const underWay = asked.slice(answered).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(underWay).toBeLessThanOrEqual(262_144);
      if (answered < 17) expect(asked.length).toBe(answered + 3);
      // The stream waits meanwhile.
      expect(written).toBeLessThan(answered + 12);
      asked[answered]?.answer();
    }
    await writing;
    expect(await drained).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("give nothing that stands behind a changed one, though it was opened first", async () => {
    const { sender, asked, source, seal } = await newSource();
    const drained = drain(source);
    const records = SMALL.map((i) => seal(Uint8Array.of(i)));
    records[3]![5]! ^= 1;
    await sender.write(concatBytes(...records));
    await settle();
    for (const each of [...asked].reverse()) {
      each.answer();
      await settle();
    }
    const error = { code: "P2P_ERR_SEALED_RECORD" };
    expect(await drained).toEqual([0, 1, 2, expect.objectContaining(error)]);
  });

  test("are all given before a bad length behind them, and nothing is opened after it", async () => {
    const { sender, asked, source, seal } = await newSource();
    const drained = drain(source);
    await sender.write(
      concatBytes(seal(Uint8Array.of(0)), seal(Uint8Array.of(1)), new Uint8Array(3)),
    );
    await sender.write(new Uint8Array(1000));
    await settle();
    expect(asked.length).toBe(2);
    for (const each of [...asked].reverse()) each.answer();
    const error = { code: "P2P_ERR_SEALED_RECORD" };
    expect(await drained).toEqual([0, 1, expect.objectContaining(error)]);
  });

  test("are all given before the stream's own failure", async () => {
    const { sender, asked, source, seal } = await newSource();
    const drained = drain(source);
    await sender.write(seal(Uint8Array.of(0)));
    await settle();
    sender.abort();
    await settle();
    asked[0]?.answer();
    const [first, error, ...more] = await drained;
    expect([first, more]).toEqual([0, []]);
    expect(error).toMatchObject({ code: expect.stringMatching(/^P2P_ERR_STREAM/) });
  });

  test("end with the cipher's own error, in its place", async () => {
    const { sender, asked, source, seal } = await newSource();
    const drained = drain(source);
    await sender.write(concatBytes(...[0, 1, 2].map((i) => seal(Uint8Array.of(i)))));
    await settle();
    asked[1]?.fail(new Error("out of order"));
    await settle();
    asked[0]?.answer();
    expect(await drained).toEqual([0, new Error("out of order")]);
  });
});

test("what is discarded is read to the stream's end, and not opened", async () => {
  const { sender, asked, source, seal } = await newSource();
  await sender.write(concatBytes(seal(Uint8Array.of(0)), new Uint8Array(3)));
  expect(await more(source)).toBe(true);
  expect(source.take()).toBeUndefined();
  source.discard();
  const drained = drain(source);
  for (let i = 0; i < 10; i++) await sender.write(seal(new Uint8Array(60_000)));
  void sender.close();
  expect(await drained).toEqual([]);
  expect(asked.length).toBe(1);
});
