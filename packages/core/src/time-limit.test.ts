import { describe, expect, test } from "vitest";
import { FakeClock } from "./testing/fake-clock.ts";
import { setTimeLimit } from "./time-limit.ts";

function setup(ms: number) {
  const clock = new FakeClock();
  const ends: number[] = [];
  const cancel = setTimeLimit(clock, ms, () => ends.push(clock.now()));
  return { clock, ends, cancel };
}

describe("setTimeLimit", () => {
  test("ends on time", async () => {
    const { clock, ends } = setup(20_000);
    await clock.advance(30_000);
    expect(ends).toEqual([20_000]);
    expect(clock.pending).toBe(0);
  });

  test("ends all the same when it is a little late: that is a busy machine", async () => {
    const { clock, ends } = setup(20_000);
    clock.jump(24_000);
    await clock.advance(0);
    expect(ends).toEqual([24_000]);
  });

  test("gives the whole time anew after our own sleep", async () => {
    const { clock, ends } = setup(20_000);
    clock.jump(3_600_000);
    await clock.advance(19_999);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual([3_620_000]);
  });

  test("ends at last where every timer is late, as in a hidden tab", async () => {
    const { clock, ends } = setup(20_000);
    for (let minutes = 1; minutes <= 3; minutes++) {
      clock.jump(60_000);
      await clock.advance(0);
    }
    expect(ends).toEqual([180_000]);
  });

  test("can be cancelled, before and after an extension", async () => {
    const first = setup(20_000);
    first.cancel();
    const second = setup(20_000);
    second.clock.jump(60_000);
    await second.clock.advance(0);
    second.cancel();
    expect([first.clock.pending, second.clock.pending]).toEqual([0, 0]);
  });
});
