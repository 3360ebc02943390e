/**
 * A stream whose bytes are counted.
 * @module
 */

import type { P2PError } from "../errors.ts";
import type { AbortOptions, BytePort, ByteStream, CloseInfo, CloseOptions } from "../transport.ts";
import { portOf } from "../transport-kit/port-of.ts";

/** Hears how many bytes went each way, each time. */
export interface ByteMeter {
  came(bytes: number): void;
  went(bytes: number): void;
}

/** The stream, with its bytes counted; for what else a transport's stream may have, ask that one. */
export function meteredStream(stream: ByteStream, meter: ByteMeter): ByteStream {
  return new MeteredStream(stream, meter);
}

class MeteredStream implements ByteStream {
  readonly remoteAddress?: string;
  readonly localAddress?: string;
  readonly pausable: boolean;
  readonly closed: Promise<CloseInfo>;
  readonly #stream: ByteStream;
  readonly #meter: ByteMeter;

  constructor(stream: ByteStream, meter: ByteMeter) {
    const { remoteAddress, localAddress } = stream;
    if (remoteAddress !== undefined) this.remoteAddress = remoteAddress;
    if (localAddress !== undefined) this.localAddress = localAddress;
    this.pausable = stream.pausable;
    this.closed = stream.closed;
    this.#stream = stream;
    this.#meter = meter;
  }

  get port(): BytePort {
    return new MeteredPort(portOf(this.#stream), this.#meter);
  }

  write(bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#meter.went(bytes.length);
    return this.#stream.write(bytes, options);
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#stream.close(options);
  }

  abort(reason?: unknown): void {
    this.#stream.abort(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const bytes of this.#stream) {
      this.#meter.came(bytes.length);
      yield bytes;
    }
  }
}

class MeteredPort implements BytePort {
  readonly #port: BytePort;
  readonly #meter: ByteMeter;

  constructor(port: BytePort, meter: ByteMeter) {
    this.#port = port;
    this.#meter = meter;
  }

  get ended(): BytePort["ended"] {
    return this.#port.ended;
  }

  read(): Uint8Array | undefined {
    const bytes = this.#port.read();
    if (bytes) this.#meter.came(bytes.length);
    return bytes;
  }

  whenReadable(callback: () => void): void {
    this.#port.whenReadable(callback);
  }

  send(bytes: Uint8Array, done: (error?: P2PError) => void): void {
    this.#meter.went(bytes.length);
    this.#port.send(bytes, done);
  }
}
