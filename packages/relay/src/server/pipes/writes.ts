/**
 * What a pipe is writing to one of its sides.
 * @module
 */

import type { ByteStream, Clock } from "@peerkit/core";

/** From how much on the other side isn't read any more, and how little lets it be read again. */
const FULL_BYTES = 256 * 1024;
const ROOM_BYTES = FULL_BYTES / 2;

/** What a write costs besides its bytes: many tiny ones must not slip under the bound. */
const WRITE_COST_BYTES = 512;

/** Writes in order, without taking turns with whoever reads what is to be written. */
export class Writes {
  readonly #to: ByteStream;
  readonly #clock: Clock;
  /** Bytes that the stream hasn't taken yet, with what their writes cost. */
  #held = 0;
  /** When the first of them was written, or one of them taken. */
  #since = 0;
  #error: unknown;
  #waiter: Waiter | undefined;

  constructor(to: ByteStream, clock: Clock) {
    this.#to = to;
    this.#clock = clock;
  }

  /** Writes. What it returns, if anything, is to be awaited before the next one; rejects as they do. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#held === 0) this.#since = this.#clock.now();
    const cost = bytes.length + WRITE_COST_BYTES;
    this.#held += cost;
    this.#to.write(bytes).then(
      () => this.#taken(cost),
      (error: unknown) => this.#fail(error),
    );
    const full = this.#held >= FULL_BYTES || this.#error !== undefined;
    return full ? this.#until(ROOM_BYTES) : undefined;
  }

  /** Resolves when the stream has taken all; rejects when a write has failed. */
  all(): Promise<void> {
    return this.#until(0);
  }

  /** Whether the stream has taken nothing for so long, though there was something. */
  isStuck(ms: number): boolean {
    return this.#held > 0 && this.#clock.now() - this.#since >= ms;
  }

  #until(held: number): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#held <= held) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiter = { held, resolve, reject };
    });
  }

  #taken(cost: number): void {
    this.#held -= cost;
    this.#since = this.#clock.now();
    if (this.#waiter === undefined || this.#held > this.#waiter.held) return;
    this.#waiter.resolve();
    this.#waiter = undefined;
  }

  // Where nobody waits, the next write tells; where none comes, the stream itself has ended.
  #fail(error: unknown): void {
    this.#error ??= error;
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }
}

interface Waiter {
  readonly held: number;
  resolve(): void;
  reject(error: unknown): void;
}
