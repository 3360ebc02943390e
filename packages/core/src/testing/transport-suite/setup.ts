/**
 * What the suite asks of those who run it.
 * @module
 */

import type { ListenAddress, NodeAddress } from "../../node/address.ts";
import type { Listener, Transport } from "../../transport.ts";

/** A transport under test, and a listener elsewhere that hands its streams to `farSide`. */
export interface DialSetup {
  readonly transport: Transport;
  /** Where the far side listens. */
  readonly address: NodeAddress;
  /** Where nothing listens. */
  readonly refusedAddress: NodeAddress;
  cleanup?(): Promise<void>;
}

/** A transport under test that dials and listens. */
export interface ListenSetup {
  readonly transport: Transport;
  /** Must allow several listeners: with port 0, the system chooses. */
  readonly listenAddress: ListenAddress;
  /** How a dialer reaches the listener. */
  addressFor(listener: Listener): NodeAddress;
  cleanup?(): Promise<void>;
}
