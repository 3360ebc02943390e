/**
 * The address by which a listener of ours is dialed.
 * @module
 */

import type { ListenAddress, NodeAddress } from "../../node/address.ts";

/** What a dialer would use: `ip`, or without it this machine, where we listen on all interfaces. */
export function dialable(address: ListenAddress, publicKey: Uint8Array, ip?: string): NodeAddress {
  const { scheme, port, path } = address;
  const loopback = LOOPBACK[address.host];
  const host = loopback === undefined ? address.host : (ip ?? loopback);
  return { publicKey, scheme, host, port, ...(path !== undefined && { path }) };
}

/** "All interfaces" is no address to dial. */
const LOOPBACK: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
