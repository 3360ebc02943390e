/**
 * Exact reads from a stream of chunks, for as long as the handshake needs them.
 * @module
 */

import { P2PError } from "../errors.ts";
import type { BytePort, ByteStream } from "../transport.ts";
import { portOf } from "../transport-kit/port-of.ts";
import { concatBytes } from "../wire/bytes.ts";

/** Reads a stream by counts of bytes, until somebody else reads on at its port. */
export class ByteReader {
  readonly port: BytePort;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.port = portOf(stream);
  }

  /** What arrived beyond the bytes that were read. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /**
   * Resolves to the next `length` bytes.
   * @throws P2PError `P2P_ERR_STREAM_CLOSED` when the stream ends before them; what it failed with.
   */
  async read(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) {
      const bytes = this.port.read();
      if (bytes === undefined) await this.#more();
      else this.#rest = this.#rest.length === 0 ? bytes : concatBytes(this.#rest, bytes);
    }
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  async #more(): Promise<void> {
    const { ended } = this.port;
    if (ended?.error) throw ended.error;
    if (ended) {
      throw new P2PError("the other side closed the connection during the handshake", {
        code: "P2P_ERR_STREAM_CLOSED",
      });
    }
    await new Promise<void>((resolve) => this.port.whenReadable(resolve));
  }
}
