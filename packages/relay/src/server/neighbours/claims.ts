/**
 * The rows of one relay: claimed, renewed before they are forgotten, and after a loss.
 * @module
 */

import type { Claim, OpenDirectory } from "./directory.ts";
import { ROW_TTL_MS } from "./directory.ts";
import { BEAT_MS } from "./roll.ts";

/** In so many beats all rows are renewed: in half the time after which they may be forgotten. */
const BEATS = ROW_TTL_MS / 2 / BEAT_MS;
/** Rows that are sent at once. */
const BATCH = 200;

interface Row {
  readonly value: Uint8Array;
  /**
   * Settles when what was begun last is done: to the claim, or to nothing where the directory hasn't
   * taken it. Never rejects.
   */
  work: Promise<Claim | undefined>;
}

/** What a relay has in its directory. Rows may be put before it is open. */
export class Claims {
  /** As many as the relay has reservations and members; those that wait longest come first. */
  readonly #rows = new Map<string, Row>();
  /** Keys of rows that the directory may not have. */
  readonly #behind = new Set<string>();
  #directory: OpenDirectory | undefined;
  /** How many have their turn, a fraction of one included. */
  #due = 0;
  #isCatchingUp = false;

  get size(): number {
    return this.#rows.size;
  }

  /** From now on the rows are in this directory. */
  open(directory: OpenDirectory): void {
    this.#directory = directory;
    this.renew();
  }

  /** Writes nothing any more. */
  close(): void {
    this.#directory = undefined;
    this.#rows.clear();
    this.#behind.clear();
  }

  /** Claims a row, whoever has it; at once where no others wait. */
  put(key: string, value: Uint8Array): void {
    this.#rows.delete(key);
    this.#rows.set(key, { value, work: NOTHING });
    this.#behind.add(key);
    void this.#catchUp();
  }

  /** Resolves when it is gone, or can't be removed now. Never rejects. */
  async remove(key: string): Promise<void> {
    const row = this.#rows.get(key);
    this.#rows.delete(key);
    this.#behind.delete(key);
    const claim = await row?.work;
    await claim?.release();
  }

  /** To be called at each beat: some rows are renewed, and all that the directory may not have. */
  beat(): void {
    this.#due += this.#rows.size / BEATS;
    const count = Math.floor(this.#due);
    this.#due -= count;
    for (const key of take(this.#rows.keys(), count)) void this.#again(key);
    void this.#catchUp();
  }

  /** The directory may have none of the rows: they are renewed, some at a time. */
  renew(): void {
    for (const key of this.#rows.keys()) this.#behind.add(key);
    void this.#catchUp();
  }

  /** Goes on for as long as the directory takes them. */
  async #catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    let failed = false;
    while (!failed && this.#directory && this.#behind.size > 0) {
      const keys = take(this.#behind, BATCH);
      await Promise.all(keys.map((key) => this.#again(key)));
      failed = keys.some((key) => this.#behind.has(key));
    }
    this.#isCatchingUp = false;
  }

  /** Resolves when the row is there, when it is somebody else's, or behind. */
  async #again(key: string): Promise<void> {
    this.#behind.delete(key);
    const row = this.#rows.get(key);
    if (!row) return;
    // Behind all the others, of which each waits longer for its turn.
    this.#rows.delete(key);
    this.#rows.set(key, row);
    row.work = row.work.then((claim) =>
      claim ? this.#renew(key, row, claim) : this.#claim(key, row),
    );
    await row.work;
  }

  async #claim(key: string, row: Row): Promise<Claim | undefined> {
    try {
      return await this.#directory?.claim(key, row.value);
    } catch {
      this.#fallBehind(key, row);
      return undefined;
    }
  }

  async #renew(key: string, row: Row, claim: Claim): Promise<Claim | undefined> {
    try {
      if (await claim.renew()) return claim;
    } catch {
      this.#fallBehind(key, row);
      return claim;
    }
    // Its node has gone to another relay, and is still connected here.
    if (this.#rows.get(key) === row) this.#rows.delete(key);
    return undefined;
  }

  #fallBehind(key: string, row: Row): void {
    if (this.#rows.get(key) === row) this.#behind.add(key);
  }
}

const NOTHING = Promise.resolve(undefined);

function take<T>(from: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const each of from) {
    if (taken.length >= count) break;
    taken.push(each);
  }
  return taken;
}
