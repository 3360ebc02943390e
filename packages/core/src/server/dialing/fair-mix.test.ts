import { describe, expect, test } from "vitest";
import { FairMix } from "./fair-mix.ts";

async function* of<T>(...values: T[]): AsyncGenerator<T> {
  yield* values;
}

/** Gives values when the test says so. */
function slow<T>() {
  const waiting: ((result: IteratorResult<T>) => void)[] = [];
  const state = { asked: 0, closed: false };
  const source: AsyncIterable<T> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        state.asked++;
        return new Promise((resolve) => waiting.push(resolve));
      },
      return: async () => {
        state.closed = true;
        return { value: undefined, done: true };
      },
    }),
  };
  return { source, state, give: (value: T) => waiting.shift()?.({ value, done: false }) };
}

async function read<T>(mix: FairMix<T>, count: number): Promise<(T | undefined)[]> {
  const values = [];
  for (let i = 0; i < count; i++) values.push((await mix.next())?.value);
  return values;
}

const never = (error: unknown): void => {
  throw error;
};

describe("FairMix", () => {
  test("takes turns, and goes on with those that have more", async () => {
    const mix = new FairMix([of("a1", "a2", "a3", "a4"), of("b1"), of("c1", "c2")], never);
    const values = await read(mix, 8);
    expect(values.slice(0, 3).sort()).toEqual(["a1", "b1", "c1"]);
    expect(values.filter((value) => value?.startsWith("a"))).toEqual(["a1", "a2", "a3", "a4"]);
    expect(values[7]).toBeUndefined();
  });

  test("doesn't wait for a slow source while another has something", async () => {
    const late = slow<string>();
    const mix = new FairMix([late.source, of("b1", "b2", "b3")], never);
    expect(await read(mix, 2)).toEqual(["b1", "b2"]);
    late.give("a1");
    await Promise.resolve();
    expect(await read(mix, 2)).toEqual(["a1", "b3"]);
  });

  test("asks each source for one value ahead, and none before the first is wanted", async () => {
    const late = slow<string>();
    const mix = new FairMix([late.source, of("b1", "b2")], never);
    expect(late.state.asked).toBe(0);
    await read(mix, 2);
    expect(late.state.asked).toBe(1);
  });

  test("goes on without a source that fails", async () => {
    const errors: unknown[] = [];
    const broken = (async function* () {
      yield "a1";
      throw new Error("broken");
    })();
    const mix = new FairMix([broken, of("b1", "b2")], (error) => errors.push(error));
    const values = await read(mix, 4);
    expect(values.slice(0, 3).sort()).toEqual(["a1", "b1", "b2"]);
    expect([values[3], String(errors)]).toEqual([undefined, "Error: broken"]);
  });

  test("ends at once without sources, and closes those it has", async () => {
    expect(await new FairMix([], never).next()).toBeUndefined();
    const late = slow<string>();
    const mix = new FairMix([late.source], never);
    void mix.next();
    mix.close();
    expect(late.state.closed).toBe(true);
  });
});
