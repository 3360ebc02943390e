/**
 * Memory that sessions share: nothing is put where a record may still be on its way.
 * @module
 */

import { expect, test } from "vitest";
import { P2PError } from "../../errors.ts";
import { replaceWrite } from "../../replace-write.test.helper.ts";
import { bytesToHex, concatBytes } from "../../wire/bytes.ts";
import { BLOCK_SIZE, giveBlock, takeBlock } from "./block-pool.ts";
import { MAX_RECORD } from "./record-reader.ts";
import { collect, openPair, until } from "./sealed-pair.test.helper.ts";

test("a block holds any record, and is used again", () => {
  expect(BLOCK_SIZE).toBeGreaterThanOrEqual(MAX_RECORD);
  const block = takeBlock();
  giveBlock(block);
  expect(takeBlock()).toBe(block);
});

test("no more than 1 MiB is kept", () => {
  const blocks = Array.from({ length: 40 }, takeBlock);
  for (const block of blocks) giveBlock(block);
  const again = Array.from({ length: 40 }, takeBlock);
  expect(again.filter((block) => blocks.includes(block)).length).toBe(16);
});

test("a record that is on its way when its session ends keeps its memory", async () => {
  const stuck: Uint8Array[] = [];
  const { initiator } = await openPair({
    wrap: (stream) =>
      replaceWrite(stream, (write) => (bytes, options) => {
        if (bytes.length < 50_000) return write(bytes, options);
        stuck.push(bytes);
        return new Promise(() => {});
      }),
  });
  initiator.write(16, new Uint8Array(60_000));
  await until(() => stuck.length === 1);
  const asItWas = concatBytes(...stuck);
  initiator.abort(new P2PError("enough", { code: "P2P_ERR_STREAM" }));
  const other = await openPair();
  other.initiator.resume();
  const got = collect(other.recipient, { take: true, count: 20 });
  for (let i = 0; i < 20; i++) other.initiator.write(16, new Uint8Array(60_000));
  await got.all;
  expect(stuck.map(bytesToHex)).toEqual([bytesToHex(asItWas)]);
});
