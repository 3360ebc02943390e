/**
 * What our record says of our listeners.
 * @module
 */

import type { ListenAddress } from "../../node/address.ts";
import { formatIp, ipToBytes, isUnspecified } from "../../node/ip.ts";
import type { LocalNode } from "../../node/local-node.ts";
import { dialable } from "./dialable.ts";

/**
 * Puts the listeners into the record: the IP address of the first that has one, the port of the
 * first TCP listener and the first WebSocket listener. What is set already stays, so that a node
 * behind a proxy or a NAT announces what its owner says.
 */
export function announce(node: LocalNode, listeners: readonly ListenAddress[]): void {
  const first = listeners.find(({ scheme, host }) => scheme in KEYS && ipToBytes(host));
  if (node.ip === undefined && first) node.setIp(dialable(first, node.publicKey).host ?? "");
  for (const listener of listeners) {
    const key = KEYS[listener.scheme];
    if (key === undefined || node.has(key)) continue;
    const { port, path } = listener;
    if (key === "tcp") node.set("tcp", port);
    else node.setWebSocket(key, { port, path, host: ownHost(node, listener) });
  }
}

/** The entry for each scheme that has one. */
const KEYS: Readonly<Record<string, "tcp" | "ws" | "wss" | undefined>> = {
  tcp: "tcp",
  ws: "ws",
  wss: "wss",
};

/** The listener's host, unless the record's IP address says it already. */
function ownHost(node: LocalNode, { host }: ListenAddress): string | undefined {
  const ip = ipToBytes(host);
  if (!ip) return host;
  return isUnspecified(ip) || formatIp(ip) === node.ip ? undefined : host;
}
