/**
 * What a relay says again and again.
 * @module
 */

import type { Verdict } from "../wire/codes.ts";
import { RelayCode } from "../wire/codes.ts";

/** Nothing is in the way. */
export const GRANTED: Verdict = { code: RelayCode.Ok, text: "", retryAfterMs: 0 };

/** The relay is about to stop. */
export const DRAINING: Verdict = { code: RelayCode.Draining, text: "", retryAfterMs: 1_000 };

/** Nobody with that key is reachable. */
export const NO_TARGET: Verdict = {
  code: RelayCode.NoTarget,
  text: "it has no reservation here",
  retryAfterMs: 0,
};

/** Somebody is reachable whom too many want. */
export const BUSY_TARGET: Verdict = {
  code: RelayCode.Budget,
  text: "too many ask for that node",
  retryAfterMs: 0,
};

/** The relay is full. */
export const ALL_PIPES_TAKEN: Verdict = {
  code: RelayCode.Budget,
  text: "the relay has no pipe left",
  retryAfterMs: 5_000,
};
