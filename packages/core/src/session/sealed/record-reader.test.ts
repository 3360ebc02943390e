/**
 * The memory behind records that come in pieces.
 * @module
 */

import { expect, test } from "vitest";
import { concatBytes } from "../../wire/bytes.ts";
import { RecordReader } from "./record-reader.ts";
import { unsealedRecord } from "./sealed-pair.test.helper.ts";

/** What stands for a record with so much plaintext. */
const record = (size: number, fill: number): Uint8Array =>
  unsealedRecord(new Uint8Array(size).fill(fill));

/** Gives a record in two pieces, the second one with more behind it. */
function readInPieces(reader: RecordReader, bytes: Uint8Array, more: Uint8Array): Uint8Array {
  reader.push(bytes.subarray(0, 100));
  expect(reader.next()).toBeUndefined();
  reader.push(concatBytes(bytes.subarray(100), more));
  return reader.next() ?? new Uint8Array(0);
}

test("leaves a record alone until it is given back", () => {
  const reader = new RecordReader();
  const next = record(60_000, 2);
  const first = readInPieces(reader, record(60_000, 1), next.subarray(0, 100));
  expect(reader.next()).toBeUndefined();
  reader.push(next.subarray(100));
  expect(reader.next()).toEqual(next);
  expect(first).toEqual(record(60_000, 1));
});

test("puts the next record together where one was that is given back", () => {
  const reader = new RecordReader();
  const bytes = record(60_000, 1);
  const first = readInPieces(reader, bytes, record(50_000, 2).subarray(0, 1));
  reader.giveBack(first);
  expect(reader.next()).toBeUndefined();
  reader.push(record(50_000, 2).subarray(1));
  const second = reader.next();
  expect(second).toEqual(record(50_000, 2));
  expect(second?.buffer).toBe(first.buffer);
});

test("a record that came in one piece is a view of what came", () => {
  const reader = new RecordReader();
  const bytes = record(60_000, 1);
  reader.push(bytes);
  const whole = reader.next() ?? new Uint8Array(0);
  expect(whole.buffer).toBe(bytes.buffer);
  // It isn't the reader's: nothing else is put there.
  reader.giveBack(whole);
  readInPieces(reader, record(60_000, 2), new Uint8Array(0));
  expect(whole).toEqual(record(60_000, 1));
});
