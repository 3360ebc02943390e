/**
 * When a writer goes on at once, and when in another turn.
 * @module
 */

import { expect, test } from "vitest";
import { SharedTurn } from "./shared-turn.ts";

const KIB = 1024;

function newTurn() {
  const waiting: (() => void)[] = [];
  const gone: number[] = [];
  const turn = new SharedTurn((action) => waiting.push(action));
  const write = (id: number, bytes: number) => turn.taken(bytes, () => gone.push(id));
  const nextTurn = () => {
    for (const action of waiting.splice(0)) action();
  };
  return { write, nextTurn, gone };
}

test("a writer goes on at once until 256 KiB were taken, then in the next turn", () => {
  const { write, nextTurn, gone } = newTurn();
  write(1, 128 * KIB);
  write(2, 127 * KIB);
  expect(gone).toEqual([1, 2]);
  write(3, 1 * KIB);
  expect(gone).toEqual([1, 2]);
  nextTurn();
  expect(gone).toEqual([1, 2, 3]);
  write(4, 255 * KIB);
  expect(gone).toEqual([1, 2, 3, 4]);
});

test("writers that wait go on in their order", () => {
  const { write, nextTurn, gone } = newTurn();
  for (const id of [1, 2, 3]) write(id, 300 * KIB);
  expect(gone).toEqual([]);
  nextTurn();
  expect(gone).toEqual([1, 2, 3]);
});
