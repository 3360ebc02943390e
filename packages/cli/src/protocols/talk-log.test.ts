/**
 * The order of what was said, and what of it is kept.
 * @module
 */

import { describe, expect, test } from "vitest";
import type { TalkLine, TalkSource } from "./talk-log.ts";
import { TalkLog } from "./talk-log.ts";

const from = (id: string): TalkSource => ({ id, name: id, path: "circuit", sealed: true });

function line(author: string, at: number, source?: TalkSource): TalkLine {
  const said = { author, name: author, text: `${author}${at}`, at };
  return source ? { ...said, source } : said;
}

/** A log with these lines, in this order. */
function logOf(max: number, ...lines: readonly TalkLine[]): TalkLog {
  const log = new TalkLog(max);
  for (const each of lines) log.add(each);
  return log;
}

const texts = ({ lines }: TalkLog): string[] => lines.map(({ text }) => text);

describe("a log", () => {
  test("has its lines by time, and at the same time by author, in whatever order they come", () => {
    const lines = [line("b", 2), line("a", 1), line("a", 3), line("a", 2), line("c", 1)];
    const wanted = ["a1", "c1", "a2", "b2", "a3"];
    expect(texts(logOf(10, ...lines))).toEqual(wanted);
    expect(texts(logOf(10, ...lines.toReversed()))).toEqual(wanted);
  });

  test("has a line once, however many tell of it", () => {
    const log = logOf(10, line("a", 1, from("a")));
    expect(log.add(line("a", 1, from("a")))).toBe(false);
    expect(log.add(line("a", 1, from("b")))).toBe(false);
    expect(log.lines).toEqual([line("a", 1, from("a"))]);
  });

  test("takes the author's own word in place of what another told", () => {
    const log = logOf(10, { ...line("a", 1, from("b")), text: "made up" });
    expect(log.add(line("a", 1, from("a")))).toBe(true);
    expect(log.lines).toEqual([line("a", 1, from("a"))]);
  });

  test("keeps the newest, and takes nothing that is older than those", () => {
    const log = logOf(2, line("a", 5), line("a", 6), line("a", 7));
    expect(log.add(line("a", 4))).toBe(false);
    expect(texts(log)).toEqual(["a6", "a7"]);
    expect(log.add(line("b", 6))).toBe(true);
    expect(texts(log)).toEqual(["b6", "a7"]);
  });
});
