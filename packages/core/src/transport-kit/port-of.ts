/**
 * Any stream by callbacks.
 * @module
 */

import { P2PError } from "../errors.ts";
import type { BytePort, ByteStream } from "../transport.ts";

/** The stream's own port, or one that iterates. Reads the stream: from now on nobody else may. */
export function portOf(stream: ByteStream): BytePort {
  return stream.port ?? new IteratingPort(stream);
}

class IteratingPort implements BytePort {
  ended: BytePort["ended"];
  readonly #stream: ByteStream;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array | undefined;
  #onReadable = (): void => {};

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  read(): Uint8Array | undefined {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    return chunk;
  }

  whenReadable(callback: () => void): void {
    this.#onReadable = callback;
    this.#chunks.next().then(this.#take, this.#fail);
  }

  send(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#stream.write(bytes).then(
      () => done(),
      (cause: unknown) => done(streamError(cause)),
    );
  }

  readonly #take = ({ value, done }: IteratorResult<Uint8Array>): void => {
    if (done) this.ended = {};
    else this.#chunk = value;
    this.#onReadable();
  };

  readonly #fail = (cause: unknown): void => {
    this.ended = { error: streamError(cause) };
    this.#onReadable();
  };
}

/** A stream's failure as the error that its contract asks for. */
function streamError(cause: unknown): P2PError {
  if (P2PError.is(cause)) return cause;
  return new P2PError("the stream failed", { code: "P2P_ERR_STREAM", cause });
}
