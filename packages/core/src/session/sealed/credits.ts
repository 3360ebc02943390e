/**
 * The numbers of the sealed session's credits, which both directions share.
 * @see docs/wire/sealed.md, section 7
 * @module
 */

import { DiscReason, P2PError } from "../../errors.ts";

/** What each channel may send before the first WINDOW, in bytes. */
export const INITIAL_CREDIT = 65_536;
/** The most that a channel's credit may come to. */
export const MAX_CREDIT = 2 ** 25;
/** The windows of all channels of a connection together. */
export const TOTAL_WINDOW = 8 * 1024 * 1024;
/** WINDOW chunks that a channel may get ahead of what it has spent. */
export const FREE_WINDOWS = 32;
/** For each so many bytes of credit that were spent, one more WINDOW chunk is allowed. */
export const SPENT_PER_WINDOW = 4096;

/** The error of credit that was overdrawn or given against the rules. */
export function badWindow(why: string): P2PError {
  const reason = DiscReason.ProtocolError;
  return new P2PError(`bad window: ${why}`, { code: "P2P_ERR_SEALED_WINDOW", reason });
}
