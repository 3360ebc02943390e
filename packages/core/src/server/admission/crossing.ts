/**
 * Two nodes that dial each other at once: which of the two connections both of them keep.
 * @see docs/decisions/015-one-connection.md
 * @module
 */

import type { Candidate } from "./peer-set.ts";

/** Two connections of opposite directions can only have crossed while the first is younger, in ms. */
const CROSSING_MS = 5_000;

/** What came of asking the connection that was there first. */
export type Answer =
  /** It answered: the other side has it in use. */
  | "answered"
  /** It ended, or the newcomer did. */
  | "left"
  | "gone"
  /** Neither within the time. */
  | "silent";

/** The connection that was there first. */
interface Incumbent {
  readonly inbound: boolean;
  /** For how long it has been there, in ms. */
  readonly lifetime: number;
}

/** Of two that crossed, the one stays that the node with the smaller id has dialed. */
export function prevails({ id, inbound }: Candidate, self: string): boolean {
  return inbound === id < self;
}

/** Whether both sides may have dialed before either knew of the other's connection. */
export function haveCrossed(newcomer: Candidate, { inbound, lifetime }: Incumbent): boolean {
  return inbound !== newcomer.inbound && lifetime < CROSSING_MS;
}

/** Whether the newcomer takes the place of the connection that was there first. */
export function newcomerWins(answer: Answer, crossed: boolean, prevailing: boolean): boolean {
  // After silence the first one is dead; or, of two that crossed, the other side has them the other
  // way round and waits as well: then both sides go by the same rule.
  return answer === "silent" ? !crossed || prevailing : answer === "left";
}
