/**
 * By which way two nodes are connected, and who on it could read along, in words.
 * @module
 */

import type { Peer } from "@peerkit/core";

/** The way to a peer. */
export function wayWords({ path, sealed }: Pick<Peer, "path" | "sealed">): string {
  if (path === "direct")
    return sealed ? "direct, sealed" : "direct, authenticated, not confidential";
  return sealed
    ? "through the relay, sealed"
    : "through the relay, authenticated, not confidential from it";
}
