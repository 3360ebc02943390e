/**
 * Writes to a stream with a time limit, and ends it with one.
 * @module
 */

import type { Clock } from "../env.ts";
import { newAbortController } from "../env.ts";
import { P2PError } from "../errors.ts";
import { setTimeLimit } from "../time-limit.ts";
import type { ByteStream } from "../transport.ts";

/** How long one write to the stream may take. */
const WRITE_TIMEOUT_MS = 20_000;
/** How long an orderly end may take. */
const CLOSE_TIMEOUT_MS = 1_000;

/** The writing side of one stream. */
export class StreamWriter {
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  readonly #stop = newAbortController();

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
  }

  /** Settles as the stream's `write` does; rejects with `P2P_ERR_WRITE_TIMEOUT` after 20 s. */
  async write(bytes: Uint8Array): Promise<void> {
    const cancel = setTimeLimit(this.#clock, WRITE_TIMEOUT_MS, () =>
      this.#stop.abort(
        new P2PError(`the peer took none of our bytes for ${WRITE_TIMEOUT_MS / 1000} s`, {
          code: "P2P_ERR_WRITE_TIMEOUT",
        }),
      ),
    );
    try {
      await this.#stream.write(bytes, { signal: this.#stop.signal });
    } finally {
      cancel();
    }
  }

  /** Lets `flush` finish, then ends the stream; after 1 s it is dropped. Never rejects. */
  async close(flush: () => Promise<void>): Promise<void> {
    const cancel = this.#clock.setTimer(CLOSE_TIMEOUT_MS, () => this.#stop.abort());
    try {
      await flush();
      await this.#stream.close({ signal: this.#stop.signal });
    } catch {
      // Nothing can be sent any more: the other side is gone or doesn't read.
      this.#stream.abort();
    } finally {
      cancel();
    }
  }

  /** Drops the stream; a write under way rejects. */
  abort(reason: P2PError): void {
    this.#stop.abort(reason);
    this.#stream.abort(reason);
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
