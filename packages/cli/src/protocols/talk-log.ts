/**
 * What was said, as one node knows it: in order, each line once, and no more than are kept.
 * @module
 */

import type { StreamPath } from "@peerkit/core";

/** How a line came to us. */
export interface TalkSource {
  /** The node id of the peer that sent it: its author, or one who tells what the author said. */
  readonly id: string;
  /** That peer's name at the time. */
  readonly name: string;
  readonly path: StreamPath;
  /** Whether nobody on the way could read it. */
  readonly sealed: boolean;
}

/** Something that was said. */
export interface TalkLine {
  /** The node id of who said it, 64 hex digits. */
  readonly author: string;
  readonly name: string;
  readonly text: string;
  /** When, in ms since 1970 by the author's clock. No two lines of an author have the same. */
  readonly at: number;
  /** Absent for what this node said. Where its id isn't the author's, the line is that peer's claim. */
  readonly source?: TalkSource;
}

/** Lines by time, the oldest first. */
export class TalkLog {
  readonly #max: number;
  #lines: readonly TalkLine[] = [];

  /** Keeps the newest `max` lines. */
  constructor(max: number) {
    this.#max = max;
  }

  /** A list that doesn't change: the next line makes another one. */
  get lines(): readonly TalkLine[] {
    return this.#lines;
  }

  /**
   * Adds a line. False if it changes nothing: it is known, or older than all that are kept. The
   * author's own word takes the place of what others told of it.
   */
  add(line: TalkLine): boolean {
    const known = this.#lines.findIndex(
      ({ author, at }) => at === line.at && author === line.author,
    );
    if (known >= 0) return this.#confirm(known, line);
    const after = this.#lines.findLastIndex((each) => comesBefore(each, line)) + 1;
    if (after === 0 && this.#lines.length >= this.#max) return false;
    this.#lines = this.#lines.toSpliced(after, 0, line).slice(-this.#max);
    return true;
  }

  #confirm(index: number, line: TalkLine): boolean {
    const known = this.#lines[index];
    if (known === undefined || isFirstHand(known) || !isFirstHand(line)) return false;
    this.#lines = this.#lines.with(index, line);
    return true;
  }
}

function isFirstHand({ author, source }: TalkLine): boolean {
  return source === undefined || source.id === author;
}

function comesBefore(a: TalkLine, b: TalkLine): boolean {
  return a.at < b.at || (a.at === b.at && a.author < b.author);
}
