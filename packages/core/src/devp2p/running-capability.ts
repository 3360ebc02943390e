/**
 * A capability that runs on a connection, as the others see it.
 * @module
 */

import type { SessionProtocol } from "../session/session.ts";
import type { SharedCapability } from "../trace.ts";
import type { Protocol } from "./protocol.ts";

/** A shared capability with the protocol that runs it. */
export type RunningCapability = SharedCapability & { readonly own: Protocol };

/** What users see of it: plain data. */
export function plain({ name, version, offset, length }: SharedCapability): SharedCapability {
  return { name, version, offset, length };
}

/** What the session sees of it. */
export function sessionProtocol({ offset, length, own }: RunningCapability): SessionProtocol {
  return { offset, length, compress: own.compress ?? false };
}
