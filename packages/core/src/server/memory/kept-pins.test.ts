/**
 * Which nodes were sealed: how many are remembered, and what the database has of them.
 * @module
 */

import { describe, expect, test } from "vitest";
import { silentLogger } from "../../env.ts";
import { memoryStore } from "../../store/memory-store.ts";
import { NodeDatabase } from "../../store/node-database.ts";
import { FakeClock } from "../../testing/fake-clock.ts";
import { KeptPins } from "./kept-pins.ts";
import { SealedPins } from "./sealed-pins.ts";

const id = (n: number): string => n.toString(16).padStart(64, "0");

/** A store in memory that counts what is written, and can be out of order. */
function newStore() {
  const inner = memoryStore();
  const store = {
    ...inner,
    writes: 0,
    broken: false,
    async set(key: string, value: Uint8Array) {
      if (store.broken) throw new Error("no space");
      store.writes += 1;
      await inner.set(key, value);
    },
  };
  return store;
}

/** The pins of a server that has just started. */
async function start(store = newStore()) {
  const clock = new FakeClock();
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (...text: unknown[]) => warnings.push(text) };
  const pins = new SealedPins();
  const database = new NodeDatabase(store);
  const kept = new KeptPins({ pins, database, id: id(0), clock, logger });
  await kept.load();
  return { store, clock, warnings, pins, kept };
}

/** What a server finds that starts now. */
async function found(store: ReturnType<typeof newStore>): Promise<string[][]> {
  const { pins } = await start(store);
  return [[...pins.ids(true)], [...pins.ids(false)]];
}

describe("nodes that were sealed", () => {
  test("are there after a restart, in their order; those forgotten are not", async () => {
    const { store, pins, kept } = await start();
    for (const n of [3, 1, 2]) pins.add(id(n), true);
    for (const n of [9, 7, 8]) pins.add(id(n), false);
    pins.delete(id(1));
    pins.delete(id(7));
    await kept.end();
    expect(await found(store)).toEqual([
      [id(3), id(2)],
      [id(9), id(8)],
    ]);
  });

  test("are written at once, and what follows at most every 10 s", async () => {
    const { store, clock, pins } = await start();
    pins.add(id(1), true);
    await clock.advance(0);
    expect(await found(store)).toEqual([[id(1)], []]);
    for (let n = 2; n < 100; n++) {
      pins.add(id(n), false);
      await clock.advance(10);
    }
    await clock.advance(9_000);
    expect(store.writes).toBe(1);
    await clock.advance(1_000);
    expect(store.writes).toBe(2);
    expect((await found(store))[1]?.length).toBe(98);
    pins.add(id(1), false);
    pins.add(id(5), false);
    await clock.advance(60_000);
    expect(store.writes).toBe(2);
    expect(clock.pending).toBe(0);
  });

  test("that change while they are being written are written once more", async () => {
    const store = newStore();
    const { pins, kept } = await start(store);
    const { set } = store;
    store.set = async (key, value) => {
      store.set = set;
      pins.add(id(2), true);
      await set(key, value);
    };
    pins.add(id(1), true);
    await kept.end();
    expect(await found(store)).toEqual([[id(1), id(2)], []]);
  });

  test("that can't be written are told of, and written with the next change or at the end", async () => {
    const { store, clock, warnings, pins, kept } = await start();
    store.broken = true;
    pins.add(id(1), true);
    await clock.advance(60_000);
    expect(warnings).toEqual([["nodes that were sealed not kept", new Error("no space")]]);
    store.broken = false;
    await kept.end();
    expect(await found(store)).toEqual([[id(1)], []]);
  });

  test.each([
    ["no RLP", [0x81]],
    ["another thing", [0xc0]],
    ["half an id", [0xc8, 0xc6, 0x85, 1, 2, 3, 4, 5, 0xc0]],
  ])("are not guessed from %s", async (_, bytes) => {
    const store = newStore();
    await store.set(`sealed.${id(0)}`, Uint8Array.from(bytes));
    await expect(start(store)).rejects.toMatchObject({
      code: "P2P_ERR_STORE_CORRUPT",
      message: expect.stringMatching(/"sealed\.0+" .* delete it/),
    });
    expect(store.writes).toBe(1);
  });

  test("are as many as the bounds allow, the last ones; who dials us pushes out nobody we dialed", () => {
    const pins = new SealedPins();
    pins.add("0", true);
    for (let n = 1; n <= 65_537; n++) pins.add(`${n}`, false);
    expect([0, 1, 2, 65_537].map((n) => pins.has(`${n}`))).toEqual([true, false, true, true]);
    for (let n = 1; n <= 262_144; n++) pins.add(`${n}`, true);
    expect(pins.ids(true).size).toBe(262_144);
    expect(pins.ids(true).has("0")).toBe(false);
  });
});
