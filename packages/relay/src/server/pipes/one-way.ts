/**
 * One way of a pipe: what comes from one side goes to the other, no faster than that one takes it.
 * @module
 */

import type { BytePort, Clock } from "@peerkit/core";

/** From how much on that one side hasn't taken the other isn't read, and how little ends that. */
const FULL_BYTES = 256 * 1024;
const ROOM_BYTES = FULL_BYTES / 2;

/** What a write costs besides its bytes: many tiny ones must not slip under the bound. */
const WRITE_COST_BYTES = 512;

/** What may go on of a chunk now; throws to end the pipe. */
export type Filter = (chunk: Uint8Array) => Uint8Array | undefined;

/** What one way needs, and whom it tells. */
export interface OneWayOptions {
  readonly from: BytePort;
  readonly to: BytePort;
  readonly clock: Clock;
  readonly filter?: Filter | undefined;
  /**
   * Called with the bytes of each chunk before it goes on. Returns for how many ms to wait first;
   * nothing when the pipe has ended by it.
   */
  readonly onBytes: (count: number) => number | undefined;
  /**
   * Called once, when all that came has been taken and nothing more will come, or with what went
   * wrong. Not called after `stop`.
   */
  readonly onEnd: (fault?: unknown) => void;
}

/** Moves bytes from one side to the other, from when it is made until its end. */
export class OneWay {
  /** When something came last. */
  lastRead: number;
  readonly #options: OneWayOptions;
  /** Bytes that the other side hasn't taken yet, with what their writes cost. */
  #held = 0;
  /** When the first of them was written, or one of them taken. */
  #since = 0;
  /** Until there is room again. */
  #full = false;
  /** A chunk waits for its time. */
  #pausing = false;
  #sourceEnded = false;
  #over = false;
  #cancelPause = (): void => {};

  constructor(options: OneWayOptions) {
    this.#options = options;
    this.lastRead = options.clock.now();
  }

  /** Begins. */
  start(): void {
    this.#move();
  }

  /** Moves nothing more. */
  stop(): void {
    this.#over = true;
    this.#cancelPause();
  }

  /** Whether the other side has taken nothing for so long, though there was something. */
  isStuck(ms: number): boolean {
    return this.#held > 0 && this.#options.clock.now() - this.#since >= ms;
  }

  readonly #move = (): void => {
    try {
      while (!this.#over && !this.#full && !this.#pausing) {
        const chunk = this.#options.from.read();
        if (chunk === undefined) {
          this.#await();
          return;
        }
        this.#pass(chunk);
      }
    } catch (fault) {
      this.#end(fault);
    }
  };

  #await(): void {
    const { ended } = this.#options.from;
    if (!ended) this.#options.from.whenReadable(this.#move);
    else if (ended.error) this.#end(ended.error);
    else {
      this.#sourceEnded = true;
      if (this.#held === 0) this.#end();
    }
  }

  #pass(chunk: Uint8Array): void {
    const { clock, filter, onBytes } = this.#options;
    this.lastRead = clock.now();
    const allowed = filter ? filter(chunk) : chunk;
    if (allowed === undefined) return;
    const wait = onBytes(allowed.length);
    if (wait === undefined) return;
    if (wait <= 0) {
      this.#write(allowed);
      return;
    }
    this.#pausing = true;
    this.#cancelPause = clock.setTimer(wait, () => {
      this.#pausing = false;
      this.#write(allowed);
      this.#move();
    });
  }

  #write(bytes: Uint8Array): void {
    if (this.#held === 0) this.#since = this.#options.clock.now();
    const cost = bytes.length + WRITE_COST_BYTES;
    this.#held += cost;
    this.#full = this.#held >= FULL_BYTES;
    this.#options.to.send(bytes, (error) => {
      if (error) this.#end(error);
      else this.#taken(cost);
    });
  }

  #taken(cost: number): void {
    this.#held -= cost;
    this.#since = this.#options.clock.now();
    if (this.#sourceEnded && this.#held === 0) this.#end();
    if (!this.#full || this.#held > ROOM_BYTES) return;
    this.#full = false;
    this.#move();
  }

  #end(fault?: unknown): void {
    if (this.#over) return;
    this.stop();
    this.#options.onEnd(fault);
  }
}
