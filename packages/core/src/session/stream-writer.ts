/**
 * Writes to a stream with a time limit, and ends it with one.
 * @module
 */

import type { Clock } from "../env.ts";
import { P2PError } from "../errors.ts";
import { MAX_EXTENSIONS, overslept } from "../time-limit.ts";
import type { BytePort, ByteStream } from "../transport.ts";

/** How long one write to the stream may take. */
const WRITE_TIMEOUT_MS = 20_000;
/** How long an orderly end may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The writing side of one stream, for one write at a time. */
export class StreamWriter {
  readonly #stream: ByteStream;
  readonly #port: BytePort;
  readonly #clock: Clock;
  /** When the write under way has to be done; `undefined` while there is none. */
  #due: number | undefined;
  /** How often in a row it was given the whole time anew, since we slept. */
  #extensions = 0;
  /** One timer for many writes: when it fires, it looks how long the one under way still has. */
  #cancelWatch: (() => void) | undefined;
  #timeout: P2PError | undefined;
  /** Of the write under way. */
  #done: (error?: P2PError) => void = () => {};

  /** `port` is the stream's. */
  constructor(stream: ByteStream, port: BytePort, clock: Clock) {
    this.#stream = stream;
    this.#port = port;
    this.#clock = clock;
    // Others may drop the stream too: a set-up whose time is up.
    void stream.closed.then(() => this.#stopWatch());
  }

  /**
   * Calls `done` when the stream is ready for more, or with why it isn't: `P2P_ERR_WRITE_TIMEOUT`
   * after 20 s, else what the stream says.
   */
  write(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#done = done;
    this.#due = this.#clock.now() + WRITE_TIMEOUT_MS;
    this.#extensions = 0;
    if (!this.#cancelWatch) this.#watch(WRITE_TIMEOUT_MS);
    this.#port.send(bytes, this.#sent);
  }

  /** Lets `flush` finish, then ends the stream; after 1 s it is dropped. Never rejects. */
  async close(flush: () => Promise<void>): Promise<void> {
    const cancel = this.#clock.setTimer(CLOSE_TIMEOUT_MS, () => this.#stream.abort());
    try {
      await flush();
      await this.#stream.close();
    } catch {
      // Nothing can be sent any more: the other side is gone or doesn't read.
      this.#stream.abort();
    } finally {
      cancel();
    }
  }

  /** Drops the stream; a write under way rejects. */
  abort(reason: P2PError): void {
    this.#stream.abort(reason);
  }

  readonly #sent = (error?: P2PError): void => {
    if (error) this.#stopWatch();
    else this.#due = undefined;
    this.#done(error && (this.#timeout ?? error));
  };

  #watch(ms: number): void {
    this.#cancelWatch = this.#clock.setTimer(ms, () => {
      this.#cancelWatch = undefined;
      const due = this.#due;
      if (due === undefined) return;
      const now = this.#clock.now();
      if (now < due) this.#watch(due - now);
      else if (overslept(this.#clock, due) && this.#extensions++ < MAX_EXTENSIONS) {
        this.#due = now + WRITE_TIMEOUT_MS;
        this.#watch(WRITE_TIMEOUT_MS);
      } else this.#giveUp();
    });
  }

  #giveUp(): void {
    this.#timeout = new P2PError(
      `the peer took none of our bytes for ${WRITE_TIMEOUT_MS / 1000} s`,
      { code: "P2P_ERR_WRITE_TIMEOUT" },
    );
    this.#stream.abort(this.#timeout);
  }

  #stopWatch(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }
}

/** What went wrong in writing, as a `P2PError`. */
export function writeError(cause: unknown): P2PError {
  if (P2PError.is(cause)) return cause;
  return new P2PError("writing to the connection failed", { code: "P2P_ERR_STREAM", cause });
}

/** A promise and the way to resolve it: those who wait for room share one. */
export interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

/** A closed gate. */
export function newGate(): Gate {
  let open = (): void => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
