/**
 * Which protocols two peers run, and where each lies in the connection's code space.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#capability-messaging
 * @module
 */

import type { Capability, SharedCapability } from "../trace.ts";
import { BASE_PROTOCOL_LENGTH } from "./base-protocol.ts";

/** A capability that we have, with the number of its message codes. */
export interface OwnCapability extends Capability {
  readonly length: number;
}

/**
 * Matches shared capabilities: equal name and version, the highest version of each name. Offsets
 * start at 0x10 and follow the names in byte order.
 */
export function matchCapabilities<P extends OwnCapability>(
  own: readonly P[],
  theirs: readonly Capability[],
): readonly (SharedCapability & { readonly own: P })[] {
  const best = new Map<string, P>();
  for (const capability of own) {
    const current = best.get(capability.name);
    if (current && current.version >= capability.version) continue;
    if (theirs.some((other) => sameCapability(other, capability))) {
      best.set(capability.name, capability);
    }
  }
  let offset = BASE_PROTOCOL_LENGTH;
  return [...best.values()].sort(byName).map((match) => {
    const { name, version, length } = match;
    const shared = { name, version, length, offset, own: match };
    offset += length;
    return shared;
  });
}

/** Equal name and equal version. */
export function sameCapability(a: Capability, b: Capability): boolean {
  return a.name === b.name && a.version === b.version;
}

const encoder = new TextEncoder();

/** The order of the names' UTF-8 bytes, which is not that of JavaScript's strings. */
function byName(a: Capability, b: Capability): number {
  const left = encoder.encode(a.name);
  const right = encoder.encode(b.name);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
