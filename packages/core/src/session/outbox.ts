/**
 * The way out of a session: the frames of a tick leave in one write, those that follow close behind
 * in a second at the end of the event loop's turn. It says when there is room for more.
 * @module
 */

import type { Clock } from "../env.ts";
import { onTickEnd, onTurnEnd } from "../env.ts";
import { P2PError } from "../errors.ts";
import { OutBuffer } from "../rlpx/out-buffer.ts";
import type { BytePort, ByteStream } from "../transport.ts";
import { HIGH_WATER, MAX_UNSENT } from "./session.ts";
import type { Gate } from "./stream-writer.ts";
import { newGate, StreamWriter } from "./stream-writer.ts";

/** The most that one write to the stream carries, so that a slow link shows progress. */
const WRITE_SLICE = 1_048_576;
/**
 * Within so many ms after a write the next one waits for the turn's end, unless something came
 * meanwhile: who writes one message after another would otherwise cause a write for each.
 */
const CLOSE_BEHIND_MS = 0.05;

/** What an outbox needs. */
export interface OutboxOptions {
  readonly stream: ByteStream;
  readonly port: BytePort;
  readonly clock: Clock;
  /** Called with what is about to leave, which it changes in place: all frames of a write at once. */
  readonly seal: (frames: Uint8Array) => void;
  /** Called once when writing has failed; the outbox is of no more use then. */
  readonly onError: (error: P2PError) => void;
}

/** Writes to one stream, in order. */
export class Outbox {
  readonly #writer: StreamWriter;
  readonly #clock: Clock;
  readonly #seal: (frames: Uint8Array) => void;
  readonly #onError: (error: P2PError) => void;
  readonly #gathered = new OutBuffer();
  /** What is on its way to the stream; it has taken `#taken` bytes of it. */
  #batch: Uint8Array = NOTHING;
  #taken = 0;
  #flushScheduled = false;
  /** From the first write until nothing is gathered after one. */
  #flushing = false;
  /** When that ended; unset when what is written next follows nothing. */
  #flushedAt = Number.NEGATIVE_INFINITY;
  #room: Gate | undefined;
  #flushed: Gate | undefined;
  #ended = false;

  constructor(options: OutboxOptions) {
    this.#writer = new StreamWriter(options.stream, options.port, options.clock);
    this.#clock = options.clock;
    this.#seal = options.seal;
    this.#onError = options.onError;
  }

  /**
   * The buffer to append a message's frames to; they leave at the end of the tick or of the turn.
   * @throws P2PError `P2P_ERR_CLOSED`, or `P2P_ERR_WRITE_QUEUE_FULL` above 16 MiB unsent.
   */
  buffer(): OutBuffer {
    if (this.#ended) throw new P2PError("the connection is closed", { code: "P2P_ERR_CLOSED" });
    if (this.#unsent > MAX_UNSENT) {
      throw new P2PError(
        `write queue full: ${this.#unsent} bytes unsent; await each write to go at the peer's pace`,
        { code: "P2P_ERR_WRITE_QUEUE_FULL" },
      );
    }
    if (!this.#flushScheduled && !this.#flushing) {
      this.#flushScheduled = true;
      const closeBehind = this.#clock.now() - this.#flushedAt < CLOSE_BEHIND_MS;
      (closeBehind ? onTurnEnd : onTickEnd)(this.#start);
    }
    return this.#gathered;
  }

  /** Something came. What is written next may answer it, and doesn't wait for the turn's end. */
  heard(): void {
    this.#flushedAt = Number.NEGATIVE_INFINITY;
  }

  /** True while more than 1 MiB is unsent. */
  get congested(): boolean {
    return this.#unsent > HIGH_WATER;
  }

  /** Resolves when there is room for more. */
  ready(): Promise<void> {
    if (!this.congested || this.#ended) return DONE;
    this.#room ??= newGate();
    return this.#room.promise;
  }

  /** Sends what was gathered, then ends the stream; after 1 s it is dropped. Never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#writer.close(() => {
      this.#start();
      return this.#untilFlushed();
    });
    this.#openRoom();
  }

  /** Writes no more. */
  abort(reason: P2PError): void {
    this.#ended = true;
    // Nothing can be sealed any more.
    this.#gathered.take();
    this.#writer.abort(reason);
    this.#openRoom();
  }

  get #unsent(): number {
    return this.#gathered.length + this.#batch.length - this.#taken;
  }

  readonly #start = (): void => {
    this.#flushScheduled = false;
    if (!this.#flushing) this.#flush();
  };

  readonly #flush = (): void => {
    this.#flushing = this.#gathered.length > 0;
    if (!this.#flushing) return;
    this.#batch = this.#gathered.take();
    this.#seal(this.#batch);
    this.#write();
  };

  #write(): void {
    const slice = this.#batch.subarray(this.#taken, this.#taken + WRITE_SLICE);
    this.#writer.write(slice, (error) => (error ? this.#fail(error) : this.#sent(slice.length)));
  }

  #sent(length: number): void {
    this.#taken += length;
    if (!this.congested) this.#openRoom();
    if (this.#taken < this.#batch.length) {
      this.#write();
      return;
    }
    this.#gathered.reuse(this.#batch);
    this.#batch = NOTHING;
    this.#taken = 0;
    if (this.#gathered.length === 0) this.#rest();
    else if (this.#ended) this.#flush();
    else onTurnEnd(this.#flush);
  }

  #rest(): void {
    this.#gathered.rest();
    this.#flushedAt = this.#clock.now();
    this.#flushing = false;
    this.#flushed?.open();
  }

  #fail(error: P2PError): void {
    this.#flushed?.open();
    if (this.#ended) return;
    this.#ended = true;
    this.#openRoom();
    this.#onError(error);
  }

  #untilFlushed(): Promise<void> {
    if (!this.#flushing) return DONE;
    this.#flushed = newGate();
    return this.#flushed.promise;
  }

  #openRoom(): void {
    this.#room?.open();
    this.#room = undefined;
  }
}

const NOTHING = new Uint8Array(0);
const DONE = Promise.resolve();
