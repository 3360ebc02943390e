/**
 * What a failed dial or a lost peer means for the next dial of a node that is kept.
 * @module
 */

import type { P2PErrorCode } from "../../errors.ts";
import { DiscReason } from "../../errors.ts";

/**
 * - `unreached`: nothing answered, so that nobody is bothered by another attempt;
 * - `lost`: it was a peer, and the connection broke or the node went down;
 * - `refused`: the node answered, and didn't want us. go-ethereum's listeners take one attempt from an
 *   address in 30 s, and close the others without a word: an end in the handshake counts as that.
 */
export type Setback = "unreached" | "lost" | "refused";

const UNREACHED: readonly P2PErrorCode[] = [
  "P2P_ERR_DIAL_FAILED",
  "P2P_ERR_DIAL_TIMEOUT",
  // A page without a network misses parts of itself too.
  "P2P_ERR_NOT_LOADED",
];

/** Reasons that stay the same when the node is asked again at once. */
const REFUSALS: readonly (DiscReason | undefined)[] = [
  DiscReason.Requested,
  DiscReason.UselessPeer,
  DiscReason.TooManyPeers,
  DiscReason.AlreadyConnected,
  DiscReason.IncompatibleVersion,
  DiscReason.InvalidIdentity,
  DiscReason.UnexpectedIdentity,
  DiscReason.Self,
];

/** What a dial that failed means. */
export function setbackOfDial(code: P2PErrorCode, reason: DiscReason | undefined): Setback {
  return UNREACHED.includes(code) && reason === undefined ? "unreached" : "refused";
}

/** What a peer's leaving means. */
export function setbackOfDrop(reason: DiscReason): Setback {
  return REFUSALS.includes(reason) ? "refused" : "lost";
}

/**
 * The pause before the next attempt after so many setbacks in a row, in ms: full jitter, so that those
 * who lost the same node don't come back in step. `random` is from 0 to 1.
 */
export function redialPause(
  setbacks: number,
  limits: { readonly first: number; readonly max: number },
  random: number,
): number {
  return Math.round(random * Math.min(limits.max, limits.first * 2 ** setbacks));
}
