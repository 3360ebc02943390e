/**
 * What `/peerkit.json` says of a node: who it is, and where a page dials it.
 * @module
 */

import { formatNodeAddress } from "@peerkit/core";
import { VERSION } from "../version.ts";
import type { SiteOrigin } from "./site.ts";

/** Where the HTTP server takes WebSocket connections. */
export const WEBSOCKET_PATH = "/p2p";

/** The node that serves a site. */
export interface DescribedNode {
  readonly publicKey: Uint8Array;
  readonly name: string;
  /** Whether it serves HTTPS itself; a proxy before it says so with each request. */
  readonly tls?: boolean;
  readonly relay?: boolean;
}

/** Describes a node to pages, by where their requests came in. */
export function describeNode(node: DescribedNode): (origin: SiteOrigin) => object {
  const { publicKey, name, tls, relay } = node;
  return ({ host, port, secure }) => ({
    address: formatNodeAddress({
      publicKey,
      scheme: secure || tls ? "wss" : "ws",
      host,
      ...(port === undefined ? {} : { port }),
      path: WEBSOCKET_PATH,
    }),
    name,
    version: VERSION,
    ...(relay && { relay }),
  });
}
