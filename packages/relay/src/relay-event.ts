/**
 * What is told of the relays that a node stays connected to.
 * @module
 */

import type { P2PError } from "@peerkit/core";

/** What becomes of a relay that we stay connected to: plain, cloneable data. */
export type RelayEvent =
  /** We are reachable through it. */
  | { readonly type: "reserved"; readonly relay: string }
  /** It stops within that time; we come back to it, or to what takes its place. */
  | { readonly type: "draining"; readonly relay: string; readonly withinMs: number }
  /** We aren't reachable through it, and try again after that time. */
  | {
      readonly type: "lost";
      readonly relay: string;
      readonly code: P2PError["code"];
      /** Why, in words. */
      readonly error: string;
      readonly retryAfterMs: number;
    };
