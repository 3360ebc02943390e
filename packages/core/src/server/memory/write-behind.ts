/**
 * Saves a state after it has changed: at once, then again after a pause for all that changed in it.
 * @module
 */

import type { Clock } from "../../env.ts";

/** What is needed for it. */
export interface WriteBehindOptions {
  /** Saves the state as it is when it is called. */
  readonly save: () => Promise<void>;
  /** Called with why it wasn't saved: it is tried again after the next change, and at the end. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  /** From the end of one saving to the start of the next, in ms. */
  readonly pauseMs: number;
}

/** One state's saving, never twice at the same time. */
export class WriteBehind {
  readonly #options: WriteBehindOptions;
  #saving: Promise<void> | undefined;
  /** Set only while there is something to save, so that it alone keeps no process alive. */
  #cancelPause: (() => void) | undefined;
  #pauseEnd = 0;
  /** The state has changed since the last saving began. */
  #changed = false;
  /** The last saving has failed. */
  #failed = false;

  constructor(options: WriteBehindOptions) {
    this.#options = options;
  }

  /** The state is another now. */
  changed(): void {
    this.#changed = true;
    this.#schedule();
  }

  /** Resolves when what changed is saved, or couldn't be. Nothing may change any more. */
  async end(): Promise<void> {
    while (this.#saving) await this.#saving;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    if (this.#changed || this.#failed) await this.#save();
  }

  #schedule(): void {
    if (!this.#changed || this.#saving || this.#cancelPause) return;
    const { clock } = this.#options;
    const pause = this.#pauseEnd - clock.now();
    if (pause <= 0) {
      this.#start();
      return;
    }
    this.#cancelPause = clock.setTimer(pause, () => {
      this.#cancelPause = undefined;
      this.#start();
    });
  }

  #start(): void {
    const { clock, pauseMs } = this.#options;
    // A step later, so that what changes in the same tick is saved with it.
    this.#saving = Promise.resolve().then(async () => {
      await this.#save();
      this.#saving = undefined;
      this.#pauseEnd = clock.now() + pauseMs;
      this.#schedule();
    });
  }

  /** Never rejects. */
  async #save(): Promise<void> {
    const { save, onError } = this.#options;
    this.#changed = false;
    try {
      await save();
      this.#failed = false;
    } catch (error) {
      this.#failed = true;
      onError(error);
    }
  }
}
