/**
 * A rate for each peer of its own.
 * @module
 */

import type { Peer } from "@peerkit/core";
import { TokenBucket } from "./token-bucket.ts";

/** A bucket for each peer, from its first use until the peer is gone. */
export class PeerBuckets {
  readonly #buckets = new WeakMap<Peer, TokenBucket>();

  of(peer: Peer): TokenBucket {
    const bucket = this.#buckets.get(peer) ?? new TokenBucket();
    this.#buckets.set(peer, bucket);
    return bucket;
  }
}
