/**
 * One watch of a directory: what it was told of, so that after a gap it is told what is gone.
 * @module
 */

import type { Clock } from "@peerkit/core";
import { ROW_TTL_MS } from "@peerkit/relay/server";
import type { Bucket } from "./bucket.ts";
import { keyOf, MAX_VALUE_BYTES } from "./keys.ts";
import type { RowStream } from "./row-stream.ts";

/** For how long a row that was lost is still believed, in ms: its relay writes it again. */
const REWRITE_MS = 5_000;

/** What a watch needs. */
export interface WatchOptions {
  readonly bucket: Pick<Bucket, "read">;
  readonly clock: Clock;
  readonly word: string;
  readonly onRow: (key: string, value: Uint8Array | undefined) => void;
  /** It doesn't hear of anything any more, until it is followed again. */
  readonly onEnd: () => void;
}

/** A watch. It hears nothing before it is followed for the first time. */
export class Watch {
  readonly #options: WatchOptions;
  /** When each row was told of last; who waits longest comes first. */
  readonly #told = new Map<string, number>();
  #stream: RowStream | undefined;
  #believesUntil = Number.NEGATIVE_INFINITY;
  #cancelDoubt = (): void => {};
  #isStopped = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /**
   * Begins anew: tells of all that is there, then of what was there before and isn't now; of what was
   * lost some seconds later, if it isn't there again by then. Resolves when what is there is told.
   * Rejects with `P2P_ERR_RELAY_DIRECTORY`.
   */
  async follow(wasLost = false): Promise<void> {
    this.#stream?.stop();
    this.#cancelDoubt();
    const { bucket, clock, word, onEnd } = this.#options;
    if (wasLost) this.#believesUntil = clock.now() + REWRITE_MS;
    const missing = new Set(this.#told.keys());
    const onRow = (row: string, value: Uint8Array | undefined): void => {
      const key = keyOf(row);
      // Somebody else's, in a bucket that isn't ours alone.
      if (key === undefined || (value?.length ?? 0) > MAX_VALUE_BYTES) return;
      missing.delete(key);
      this.#tell(key, value);
    };
    const stream = await bucket.read(word, { clock, onRow, onEnd });
    this.#stream?.stop();
    this.#stream = stream;
    if (this.#isStopped) stream.stop();
    await stream.begun;
    const tellGone = (): void => {
      for (const key of missing) this.#tell(key, undefined);
    };
    const left = this.#believesUntil - clock.now();
    if (left <= 0) tellGone();
    else if (!this.#isStopped) this.#cancelDoubt = clock.setTimer(left, tellGone);
  }

  /** Resolves to whether it hears of what happens, or is about to. */
  async isHearing(): Promise<boolean> {
    return (await this.#stream?.isThere()) ?? true;
  }

  /** Tells of rows that were forgotten: they were not claimed again in their time. */
  forget(): void {
    const now = this.#options.clock.now();
    for (const [key, toldAt] of this.#told) {
      if (now - toldAt <= ROW_TTL_MS) break;
      this.#tell(key, undefined);
    }
  }

  /** Tells nothing any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelDoubt();
    this.#stream?.stop();
  }

  #tell(key: string, value: Uint8Array | undefined): void {
    if (this.#isStopped) return;
    const wasTold = this.#told.delete(key);
    if (value) this.#told.set(key, this.#options.clock.now());
    if (value || wasTold) this.#options.onRow(key, value);
  }
}
