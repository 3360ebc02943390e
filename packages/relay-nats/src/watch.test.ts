/**
 * What a watch tells, by the streams that it reads.
 * @module
 */

import { FakeClock } from "@peerkit/core/testing";
import { ROW_TTL_MS } from "@peerkit/relay/server";
import { expect, test } from "vitest";
import { bytes, Told } from "./member.test.helper.ts";
import type { RowStreamHandlers } from "./row-stream.ts";
import { Watch } from "./watch.ts";

/** A watch whose streams the test writes. */
function start() {
  const clock = new FakeClock();
  const told = new Told();
  const streams: { handlers: RowStreamHandlers; begin: () => void; isStopped: boolean }[] = [];
  const bucket = {
    async read(_word: string, handlers: RowStreamHandlers) {
      let begin = (): void => {};
      const begun = new Promise<void>((resolve) => {
        begin = resolve;
      });
      const stream = { handlers, begin, isStopped: false };
      streams.push(stream);
      return {
        begun,
        isThere: async () => !stream.isStopped,
        stop() {
          stream.isStopped = true;
        },
      };
    },
  };
  const { onRow } = told;
  const watch = new Watch({ bucket, clock, word: "room", onRow, onEnd() {} });
  /** Follows, with these rows to begin with. */
  const follow = async (rows: Readonly<Record<string, string>>, wasLost = false) => {
    const followed = watch.follow(wasLost);
    await clock.advance(0);
    for (const [row, value] of Object.entries(rows)) write(row, value);
    streams.at(-1)?.begin();
    await followed;
  };
  const write = (row: string, value?: string) =>
    streams.at(-1)?.handlers.onRow(row, value === undefined ? undefined : bytes(value));
  return { clock, told, streams, watch, follow, write };
}

test("tells what is there, and what comes then", async () => {
  const { told, follow, write } = start();
  await follow({ "room.1": "a", "room._": "b" });
  write("room.2", "c");
  write("room.1");
  expect(told.all).toEqual(["room.1=a", "room=b", "room.2=c", "room.1 gone"]);
});

test("tells when it is followed anew what is gone meanwhile, and that once", async () => {
  const { told, streams, follow, write } = start();
  await follow({ "room.1": "a", "room.2": "b" });
  await follow({ "room.2": "c" });
  expect(streams.map(({ isStopped }) => isStopped)).toEqual([true, false]);
  expect(told.all.slice(2)).toEqual(["room.2=c", "room.1 gone"]);
  write("room.1");
  await follow({ "room.2": "c" });
  expect(told.all.slice(4)).toEqual(["room.2=c"]);
});

test("believes what was lost for as long as its relay may take to write it again", async () => {
  const { clock, told, watch, follow, write } = start();
  await follow({ "room.1": "a", "room.2": "b" });
  await follow({}, true);
  await clock.advance(4_000);
  write("room.1", "a");
  // Another gap meanwhile.
  await follow({ "room.1": "a" });
  await clock.advance(999);
  expect(told.all.filter((line) => line.includes("gone"))).toEqual([]);
  await clock.advance(1);
  expect(told.all.filter((line) => line.includes("gone"))).toEqual(["room.2 gone"]);
  await follow({}, true);
  watch.stop();
  expect(clock.pending).toBe(0);
});

test("doesn't tell that a row is gone of which it never told", async () => {
  const { told, follow, write } = start();
  await follow({});
  write("room.1");
  expect(told.all).toEqual([]);
});

test("tells nothing of rows that aren't of a directory", async () => {
  const { told, follow, write } = start();
  await follow({ "room.A": "a", "room.1.2.3": "a" });
  write("room.large", "x".repeat(513));
  write("room.A");
  expect(told.all).toEqual([]);
});

test("tells of a row that nobody has claimed again in its time that it is gone", async () => {
  const { clock, told, watch, follow, write } = start();
  await follow({ "room.1": "a", "room.2": "b" });
  await clock.advance(ROW_TTL_MS / 2);
  write("room.1", "a");
  await clock.advance(ROW_TTL_MS / 2);
  watch.forget();
  expect(told.all).toHaveLength(3);
  await clock.advance(1);
  watch.forget();
  expect(told.all.slice(3)).toEqual(["room.2 gone"]);
});

test("says whether it hears, and so before it has begun", async () => {
  const { streams, watch, follow } = start();
  expect(await watch.isHearing()).toBe(true);
  await follow({});
  expect(await watch.isHearing()).toBe(true);
  for (const stream of streams) stream.isStopped = true;
  expect(await watch.isHearing()).toBe(false);
});

test("tells nothing when it is stopped, and stops what it had asked for", async () => {
  const { clock, told, streams, watch, follow, write } = start();
  await follow({ "room.1": "a" });
  const followed = watch.follow();
  watch.stop();
  await clock.advance(0);
  write("room.2", "b");
  streams.at(-1)?.begin();
  await followed;
  expect(streams.map(({ isStopped }) => isStopped)).toEqual([true, true]);
  expect(told.all).toEqual(["room.1=a"]);
});
