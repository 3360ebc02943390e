/**
 * A transport that does more than dial and listen, and what it gets of its server for that.
 * @module
 */

import type { Peer } from "../devp2p/peer.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import type { Clock, Logger, Random } from "../env.ts";
import type { NodeAddress } from "../node/address.ts";
import type { AbortOptions, ByteStream, Transport } from "../transport.ts";

/** A transport as a server takes it. One with a state of its own belongs to one server. */
export interface ServerTransport extends Transport {
  /** Sub-protocols that it needs; they are in the server's Hello beside the application's. */
  readonly protocols?: readonly Protocol[];
  /** Called once, when the server starts. */
  attach?(host: TransportHost): void;
}

/** A server, as its transports see it. */
export interface TransportHost {
  /** The server's key, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** See `Server.connect`. */
  connect(node: string | NodeAddress, options?: AbortOptions): Promise<Peer>;
  /**
   * Takes a stream that reached us by that scheme as a listener's would be taken, or drops it when
   * too many are in their handshakes.
   */
  accept(stream: ByteStream, scheme: string): void;
}
