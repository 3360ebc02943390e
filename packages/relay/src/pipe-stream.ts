/**
 * A stream that a relay carries.
 * @module
 */

import type { AbortOptions, ByteStream, CloseInfo, CloseOptions, StreamPath } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { endedByRelay, isRelayCode } from "./wire/codes.ts";

/** What is known of a pipe besides its bytes. */
export type PipeFacts = Pick<ByteStream, "requireSealed"> & { readonly path: StreamPath };

/** A pipe's WebSocket as the stream of a node behind it: its ends are said in the relay's words. */
export function pipeStream(stream: ByteStream, facts: PipeFacts): ByteStream {
  return new PipeStream(stream, facts);
}

class PipeStream implements ByteStream {
  readonly pausable: boolean;
  readonly path: StreamPath;
  readonly requireSealed?: NonNullable<ByteStream["requireSealed"]>;
  readonly closed: Promise<CloseInfo>;
  readonly #stream: ByteStream;

  constructor(stream: ByteStream, { path, requireSealed }: PipeFacts) {
    this.#stream = stream;
    this.pausable = stream.pausable;
    this.path = path;
    if (requireSealed) this.requireSealed = requireSealed;
    this.closed = stream.closed.then(inWords);
  }

  write(bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.#stream.write(bytes, options).catch(async (error: unknown) => {
      if (!P2PError.is(error)) throw error;
      // A write may fail before the close code that says why is looked at; that takes 1 s at most.
      throw (await this.closed).error ?? error;
    });
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#stream.close(options);
  }

  abort(reason?: unknown): void {
    this.#stream.abort(reason);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const chunks = this.#stream[Symbol.asyncIterator]();
    const fail = async (error: P2PError): Promise<never> => {
      const { reason } = error;
      throw isRelayCode(reason) ? endedByRelay(reason, error) : error;
    };
    return {
      next: () => chunks.next().catch(fail),
      return: () => chunks.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    };
  }
}

function inWords(info: CloseInfo): CloseInfo {
  const { reason, error } = info;
  return isRelayCode(reason) ? { error: endedByRelay(reason, error) } : info;
}
