/**
 * What happens in a simulated network, as plain data.
 * @module
 */

import type { ServerEvent } from "../../server/events.ts";

/** Something that happened. Nodes are named by their names, connections by their numbers. */
export type SimulationEvent = { readonly at: number } & SimulationFact;

/** A {@link SimulationEvent} without its time. */
export type SimulationFact =
  /** A node dials; the connection has a number from here on. */
  | Contact<"dial">
  /** The dialed node took the connection. */
  | Contact<"accept">
  /** Nothing listens there, or the listener refused. */
  | Contact<"refuse">
  /** Bytes arrived. */
  | (Contact<"bytes"> & { readonly size: number })
  /** An orderly end arrived. */
  | Contact<"end">
  /** The other end dropped the connection, and this one learns it. */
  | Contact<"reset">
  /** The network broke the connection at both ends. */
  | Contact<"break">
  | { readonly type: "partition"; readonly groups: readonly (readonly string[])[] }
  | { readonly type: "heal" }
  | { readonly type: "crash"; readonly node: string }
  /** A node's server told of something. */
  | { readonly type: "server"; readonly node: string; readonly event: ServerEvent };

interface Contact<Type extends string> {
  readonly type: Type;
  readonly connection: number;
  /** Who sent it. */
  readonly from: string;
  readonly to: string;
}
