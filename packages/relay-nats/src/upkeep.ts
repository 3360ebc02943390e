/**
 * Work that is done every so often, at once when there is reason to, and soon again where it failed.
 * @module
 */

import type { Clock, Random } from "@peerkit/core";

/** Between two times, in ms. */
const PERIOD_MS = 5_000;
/** After a failure, in ms; a random part of it less. */
const RETRY_MS = 1_000;

/** What upkeep needs. */
export interface UpkeepOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The work. Where it rejects, it is done again soon. */
  readonly work: () => Promise<void>;
}

/** Does its work one time after the other, never twice at once. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #running: Promise<void> | undefined;
  #isDue = false;
  #isStopped = false;
  #cancelTimer = (): void => {};

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#wait(PERIOD_MS);
  }

  /** Does it now, or once more where it is being done. */
  now(): void {
    this.#isDue = true;
    if (this.#isStopped || this.#running) return;
    this.#cancelTimer();
    this.#running = this.#run().then((pause) => {
      this.#running = undefined;
      if (!this.#isStopped) this.#wait(pause);
    });
  }

  /** Resolves when nothing is done any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  /** Resolves to how long to wait then. */
  async #run(): Promise<number> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false;
      try {
        await this.#options.work();
      } catch {
        // Whoever needs the directory now is told by what he asks of it.
        return this.#retryPause();
      }
    }
    return PERIOD_MS;
  }

  #retryPause(): number {
    const [byte = 0] = this.#options.random(new Uint8Array(1));
    return RETRY_MS - Math.floor((RETRY_MS * byte) / 512);
  }

  #wait(ms: number): void {
    this.#cancelTimer = this.#options.clock.setTimer(ms, () => this.now());
  }
}
