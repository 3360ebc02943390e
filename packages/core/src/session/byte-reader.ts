/**
 * Exact reads from a stream of chunks, for as long as the handshake needs them.
 * @module
 */

import { P2PError } from "../errors.ts";
import type { ByteStream } from "../transport.ts";
import { concatBytes } from "../wire/bytes.ts";

/** Reads a stream by counts of bytes; then gives the iteration back. */
export class ByteReader {
  readonly chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ByteStream) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** What arrived beyond the bytes that were read. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /**
   * Resolves to the next `length` bytes.
   * @throws P2PError `P2P_ERR_STREAM_CLOSED` when the stream ends before them.
   */
  async read(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length) {
      const { value, done } = await this.chunks.next();
      if (done) {
        throw new P2PError("the other side closed the connection during the handshake", {
          code: "P2P_ERR_STREAM_CLOSED",
        });
      }
      this.#rest = this.#rest.length === 0 ? value : concatBytes(this.#rest, value);
    }
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}
