/**
 * Measures the round trip to a peer.
 * @module
 */

import type { Peer } from "@peerkit/core";

/** How often. */
const PAUSE_MS = 5_000;

/** Measures again and again, until the peer is gone. */
export async function measure(peer: Peer, onLatency: (latency: number) => void): Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  void peer.closed.then(() => leaving.abort());
  while (!signal.aborted) {
    try {
      onLatency(await peer.ping({ signal }));
    } catch {
      // The peer is gone; `closed` says why.
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
