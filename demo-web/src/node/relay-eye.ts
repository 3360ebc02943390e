/**
 * What a relay sees of the streams that it carries for this tab: their bytes, as they go by.
 * @module
 */

import type {
  AbortOptions,
  ByteStream,
  CloseInfo,
  CloseOptions,
  Direction,
  ServerTransport,
  StreamPath,
  TransportHost,
} from "@peerkit/core";
import type { RelayTransport } from "@peerkit/relay";

/** Called with bytes that a relay carries, which stay their owner's; must not throw. */
export type See = (direction: Direction, path: StreamPath, bytes: Uint8Array) => void;

/** The same transport; `see` looks on at the relay's place. */
export function seenByRelay(transport: RelayTransport, see: See): ServerTransport {
  const { name, schemes, protocols } = transport;
  return {
    name,
    schemes,
    protocols,
    dial: async (address, options) => new SeenStream(await transport.dial(address, options), see),
    attach: (host) => transport.attach?.(seenHost(host, see)),
  };
}

function seenHost(host: TransportHost, see: See): TransportHost {
  const { publicKey, signal, clock, random, logger } = host;
  return {
    ...{ publicKey, signal, clock, random, logger },
    connect: (node, options) => host.connect(node, options),
    accept: (stream, scheme) => host.accept(new SeenStream(stream, see), scheme),
  };
}

class SeenStream implements ByteStream {
  readonly pausable: boolean;
  readonly path: StreamPath;
  readonly requireSealed?: NonNullable<ByteStream["requireSealed"]>;
  readonly closed: Promise<CloseInfo>;
  readonly #stream: ByteStream;
  readonly #see: See;

  constructor(stream: ByteStream, see: See) {
    this.#stream = stream;
    this.#see = see;
    this.pausable = stream.pausable;
    this.path = stream.path ?? "direct";
    this.closed = stream.closed;
    if (stream.requireSealed) this.requireSealed = stream.requireSealed;
  }

  write(bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#see("out", this.path, bytes);
    return this.#stream.write(bytes, options);
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#stream.close(options);
  }

  abort(reason?: unknown): void {
    this.#stream.abort(reason);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const bytes of this.#stream) {
      this.#see("in", this.path, bytes);
      yield bytes;
    }
  }
}
