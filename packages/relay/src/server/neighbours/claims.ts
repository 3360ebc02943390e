/**
 * The rows of one relay: claimed, claimed again before they are forgotten, and after a loss.
 * @module
 */

import type { Claim, OpenDirectory } from "./directory.ts";
import { ROW_TTL_MS } from "./directory.ts";
import { BEAT_MS } from "./roll.ts";

/** In so many beats all rows are claimed again: in half the time after which they may be forgotten. */
const BEATS = ROW_TTL_MS / 2 / BEAT_MS;
/** Rows that are claimed at once, after a loss or a failure. */
const BATCH = 200;

interface Row {
  readonly value: Uint8Array;
  /** Absent until it was sent; resolves to nothing where the directory couldn't take it. */
  claim?: Promise<Claim | undefined> | undefined;
}

/** What a relay has in its directory. Rows may be put before it is open. */
export class Claims {
  /** As many as the relay has reservations and members; those that wait longest come first. */
  readonly #rows = new Map<string, Row>();
  /** Keys of rows that the directory didn't take: their turn is the next. */
  readonly #failed = new Set<string>();
  #directory: OpenDirectory | undefined;
  /** How many have their turn, a fraction of one included. */
  #due = 0;
  #renewing = false;

  get size(): number {
    return this.#rows.size;
  }

  /** From now on the rows are in this directory. */
  open(directory: OpenDirectory): void {
    this.#directory = directory;
    void this.renew();
  }

  /** Writes nothing any more. */
  close(): void {
    this.#directory = undefined;
    this.#rows.clear();
    this.#failed.clear();
  }

  put(key: string, value: Uint8Array): void {
    // Behind all the others, of which each waits longer for its turn.
    this.#rows.delete(key);
    const row: Row = { value };
    this.#rows.set(key, row);
    this.#claim(key, row);
  }

  /** Resolves when it is gone, or can't be removed now. Never rejects. */
  async remove(key: string): Promise<void> {
    const row = this.#rows.get(key);
    this.#rows.delete(key);
    this.#failed.delete(key);
    const claim = await row?.claim;
    await claim?.release();
  }

  /** To be called at each beat: some rows are claimed again, those among them that failed. */
  beat(): void {
    this.#due += this.#rows.size / BEATS;
    const count = Math.floor(this.#due);
    this.#due -= count;
    const keys = [...take(this.#rows.keys(), count), ...take(this.#failed, BATCH)];
    for (const key of keys) void this.#again(key);
  }

  /** Claims all rows again, some at a time. */
  async renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    const keys = [...this.#rows.keys()];
    for (let at = 0; at < keys.length && this.#directory; at += BATCH) {
      await Promise.all(keys.slice(at, at + BATCH).map((key) => this.#again(key)));
    }
    this.#renewing = false;
  }

  #again(key: string): Promise<unknown> | undefined {
    const row = this.#rows.get(key);
    if (!row) return undefined;
    this.put(key, row.value);
    return this.#rows.get(key)?.claim;
  }

  #claim(key: string, row: Row): void {
    this.#failed.delete(key);
    row.claim = this.#directory?.claim(key, row.value).catch(() => {
      if (this.#rows.get(key) === row) this.#failed.add(key);
      return undefined;
    });
  }
}

function take<T>(from: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const each of from) {
    if (taken.length >= count) break;
    taken.push(each);
  }
  return taken;
}
