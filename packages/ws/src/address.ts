/**
 * URLs of node addresses, and which of them a page may dial.
 * @module
 */

import type { ListenAddress, NodeAddress } from "@peerkit/core";
import { P2PError } from "@peerkit/core";

/** The URL that a WebSocket dials. Throws `P2P_ERR_DIAL_FAILED` for an address without a host. */
export function formatUrl({ scheme, host, port, path }: NodeAddress | ListenAddress): string {
  if (host === undefined) {
    throw new P2PError("the address has no host to dial", { code: "P2P_ERR_DIAL_FAILED" });
  }
  const name = host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${name}${port === undefined ? "" : `:${port}`}${path ?? "/"}`;
}

/**
 * Throws `P2P_ERR_MIXED_CONTENT` where browsers refuse: `ws:` from an `https:` page, unless the host
 * is this machine.
 */
export function checkMixedContent(pageProtocol: string | undefined, address: NodeAddress): void {
  if (pageProtocol !== "https:" || address.scheme !== "ws" || isLoopback(address.host ?? ""))
    return;
  throw new P2PError(
    `a page from https: can't dial ${formatUrl(address)}: use a wss: address, or serve the page from http:`,
    { code: "P2P_ERR_MIXED_CONTENT" },
  );
}

/** Whether browsers take the host for this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "::1" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}
