/**
 * Node addresses and listen addresses, as plain cloneable data.
 * @module
 */

/** Where a node is and which key it must prove. Dispatched to a transport by `scheme`. */
export interface NodeAddress {
  /** 64 bytes: X and Y of the node's secp256k1 key. */
  readonly publicKey: Uint8Array;
  /** `tcp`, `ws`, `wss`, or another transport's. */
  readonly scheme: string;
  /** A name or an IP address; IPv6 without brackets. Absent: the node can't be dialed. */
  readonly host?: string;
  readonly port?: number;
  /** Starts with a slash. WebSocket only. */
  readonly path?: string;
  /** The UDP port for discovery, where it differs from `port`. `enode://` only. */
  readonly discport?: number;
  /** The address of a relay to reach it through. */
  readonly via?: string;
  /** The record that the address was read from, as text. `formatNodeAddress` leaves it out. */
  readonly enr?: string;
}

/** Where to listen, as data: `ws://0.0.0.0:30301/p2p` is `{ scheme: "ws", host: "0.0.0.0", port: 30301, path: "/p2p" }`. */
export interface ListenAddress {
  readonly scheme: string;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Starts with a slash, where the scheme has paths. */
  readonly path?: string;
}
