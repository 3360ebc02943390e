/**
 * Addresses of what has no key, in the form that our transports dial.
 * @module
 */

import { formatNodeAddress, generatePrivateKey, publicKeyOf } from "@peerkit/core";

/** Nobody proves it: there is no handshake. */
const PUBLIC_KEY = publicKeyOf(generatePrivateKey());

/** A WebSocket on loopback. */
export function enodeWs(port: number, path: string): string {
  return formatNodeAddress({
    publicKey: PUBLIC_KEY,
    scheme: "ws",
    host: "127.0.0.1",
    port,
    path,
  });
}

/** A TCP listener on loopback; through a relay where `via` is its address. */
export function enodeTcp(port: number, via?: string): string {
  return formatNodeAddress({
    publicKey: PUBLIC_KEY,
    scheme: "tcp",
    host: "127.0.0.1",
    port,
    ...(via !== undefined && { via }),
  });
}
