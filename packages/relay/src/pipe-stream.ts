/**
 * A stream that a relay carries.
 * @module
 */

import type {
  AbortOptions,
  BytePort,
  ByteStream,
  CloseInfo,
  CloseOptions,
  StreamPath,
} from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { portOf } from "@peerkit/core/transport-kit";
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
    this.closed = stream.closed.then(closedInWords);
  }

  get port(): BytePort {
    return new PipePort(portOf(this.#stream), this.closed);
  }

  write(bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.#stream.write(bytes, options).catch(async (error: unknown) => {
      throw P2PError.is(error) ? await writeInWords(error, this.closed) : error;
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
    const fail = (error: P2PError): never => {
      throw inWords(error);
    };
    return {
      next: () => chunks.next().catch(fail),
      return: () => chunks.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    };
  }
}

class PipePort implements BytePort {
  readonly #port: BytePort;
  readonly #closed: Promise<CloseInfo>;

  constructor(port: BytePort, closed: Promise<CloseInfo>) {
    this.#port = port;
    this.#closed = closed;
  }

  get ended(): BytePort["ended"] {
    const { ended } = this.#port;
    return ended?.error ? { error: inWords(ended.error) } : ended;
  }

  read(): Uint8Array | undefined {
    return this.#port.read();
  }

  whenReadable(callback: () => void): void {
    this.#port.whenReadable(callback);
  }

  send(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#port.send(bytes, (error) => {
      if (error) void writeInWords(error, this.#closed).then(done);
      else done();
    });
  }
}

function inWords(error: P2PError): P2PError {
  const { reason } = error;
  return isRelayCode(reason) ? endedByRelay(reason, error) : error;
}

/** A write may fail before the close code that says why is looked at; that takes 1 s at most. */
async function writeInWords(error: P2PError, closed: Promise<CloseInfo>): Promise<P2PError> {
  return (await closed).error ?? error;
}

function closedInWords(info: CloseInfo): CloseInfo {
  const { reason, error } = info;
  return isRelayCode(reason) ? { error: endedByRelay(reason, error) } : info;
}
