/**
 * The way out of a session: the frames of a tick leave in one write, those of the following ticks in
 * a second at the end of the event loop's turn. It says when there is room for more.
 * @module
 */

import type { Clock } from "../env.ts";
import { newAbortController, onTickEnd, onTurnEnd } from "../env.ts";
import { P2PError } from "../errors.ts";
import { OutBuffer } from "../rlpx/out-buffer.ts";
import type { ByteStream } from "../transport.ts";
import { MAX_UNSENT } from "./session.ts";

/** Above this many unsent bytes `ready` waits. */
const HIGH_WATER = 1_048_576;
/** The most that one write to the stream carries, so that a slow link shows progress. */
const WRITE_SLICE = 1_048_576;
/** How long one write to the stream may take. */
const WRITE_TIMEOUT_MS = 20_000;
/** How long an orderly end may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** What an outbox needs. */
export interface OutboxOptions {
  readonly stream: ByteStream;
  readonly clock: Clock;
  /** Called once when writing has failed; the outbox is of no more use then. */
  readonly onError: (error: P2PError) => void;
}

/** Writes to one stream, in order. */
export class Outbox {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #onError: (error: P2PError) => void;
  readonly #gathered = new OutBuffer();
  readonly #stop = newAbortController();
  /** Bytes handed to the stream and not yet taken by it. */
  #inFlight = 0;
  #flushScheduled = false;
  /** The flush that is running: from the first write until a turn ends with nothing gathered. */
  #flushing: Promise<void> | undefined;
  #room: { readonly promise: Promise<void>; readonly open: () => void } | undefined;
  #ended = false;

  constructor(options: OutboxOptions) {
    this.#stream = options.stream;
    this.#clock = options.clock;
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
      onTickEnd(() => this.#startFlush());
    }
    return this.#gathered;
  }

  /** True while more than 1 MiB is unsent. */
  get congested(): boolean {
    return this.#unsent > HIGH_WATER;
  }

  /** Resolves when there is room for more. */
  ready(): Promise<void> {
    if (!this.congested || this.#ended) return DONE;
    this.#room ??= newRoom();
    return this.#room.promise;
  }

  /** Sends what was gathered, then ends the stream; after 1 s it is dropped. Never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const cancel = this.#clock.setTimer(CLOSE_TIMEOUT_MS, () => this.#stop.abort());
    try {
      this.#startFlush();
      await this.#flushing;
      await this.#stream.close({ signal: this.#stop.signal });
    } catch {
      // Nothing can be sent any more: the other side is gone or doesn't read.
      this.#stream.abort();
    } finally {
      cancel();
      this.#openRoom();
    }
  }

  /** Writes no more. */
  abort(reason: P2PError): void {
    this.#ended = true;
    this.#stop.abort(reason);
    this.#stream.abort(reason);
    this.#openRoom();
  }

  get #unsent(): number {
    return this.#gathered.length + this.#inFlight;
  }

  #startFlush(): void {
    this.#flushScheduled = false;
    if (this.#flushing || this.#gathered.length === 0) return;
    this.#flushing = this.#flush();
    this.#flushing.catch((cause: unknown) => {
      if (this.#ended) return;
      this.#ended = true;
      this.#openRoom();
      this.#onError(P2PError.is(cause) ? cause : streamError(cause));
    });
  }

  async #flush(): Promise<void> {
    while (this.#gathered.length > 0) {
      const bytes = this.#gathered.take();
      this.#inFlight = bytes.length;
      for (let at = 0; at < bytes.length; at += WRITE_SLICE) {
        const slice = bytes.subarray(at, at + WRITE_SLICE);
        await this.#write(slice);
        this.#inFlight -= slice.length;
        if (!this.congested) this.#openRoom();
      }
      this.#gathered.reuse(bytes);
      // Who writes one message after another would otherwise cause a write for each.
      if (!this.#ended) await new Promise<void>(onTurnEnd);
    }
    this.#flushing = undefined;
  }

  async #write(slice: Uint8Array): Promise<void> {
    const cancel = this.#clock.setTimer(WRITE_TIMEOUT_MS, () =>
      this.#stop.abort(
        new P2PError(`the peer took none of our bytes for ${WRITE_TIMEOUT_MS / 1000} s`, {
          code: "P2P_ERR_WRITE_TIMEOUT",
        }),
      ),
    );
    try {
      await this.#stream.write(slice, { signal: this.#stop.signal });
    } finally {
      cancel();
    }
  }

  #openRoom(): void {
    this.#room?.open();
    this.#room = undefined;
  }
}

// --- helpers ---

const DONE = Promise.resolve();

function newRoom(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

function streamError(cause: unknown): P2PError {
  return new P2PError("writing to the connection failed", { code: "P2P_ERR_STREAM", cause });
}
