/**
 * The rows that a relay has: renewed, and removed, now or when NATS is back.
 * @module
 */

import type { Claim } from "@peerkit/relay/server";
import type { Bucket } from "./bucket.ts";

/** Rows that wait to be removed; of more the oldest are left to be forgotten. */
const MAX_OWED = 4_096;

/** The claims of one relay. */
export class NatsClaims {
  readonly #bucket: Pick<Bucket, "remove" | "renew">;
  /** The revision of each row that is to be removed yet. */
  #owed = new Map<string, number>();
  /** Grows when rows were lost: from then on revisions count anew. */
  #era = 0;

  constructor(bucket: Pick<Bucket, "remove" | "renew">) {
    this.#bucket = bucket;
  }

  /** The claim of a row that was written just now. */
  claimOf(row: string, value: Uint8Array, firstRevision: number): Claim {
    let revision = firstRevision;
    let era = this.#era;
    // What was owed is another revision, and this one took its place.
    this.#owed.delete(row);
    return {
      renew: async () => {
        const now = this.#era;
        const known = era === now ? revision : undefined;
        const renewed = await this.#bucket.renew(row, value, known);
        if (renewed === undefined) return false;
        revision = renewed;
        era = now;
        return true;
      },
      release: async () => {
        if (era === this.#era) await this.#release(row, revision);
      },
    };
  }

  /** The rows were lost: there is nothing to remove. */
  forget(): void {
    this.#era += 1;
    this.#owed.clear();
  }

  /** Removes what couldn't be removed before. */
  async settle(): Promise<void> {
    const owed = this.#owed;
    this.#owed = new Map();
    await Promise.all([...owed].map(([row, revision]) => this.#release(row, revision)));
  }

  async #release(row: string, revision: number): Promise<void> {
    const era = this.#era;
    try {
      await this.#bucket.remove(row, revision);
    } catch {
      if (era === this.#era) this.#owe(row, revision);
    }
  }

  #owe(row: string, revision: number): void {
    const [oldest] = this.#owed.keys();
    if (this.#owed.size >= MAX_OWED && oldest !== undefined) this.#owed.delete(oldest);
    this.#owed.set(row, revision);
  }
}
