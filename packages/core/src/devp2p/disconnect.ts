/**
 * The Disconnect message: why a side leaves.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#disconnect-0x01
 * @module
 */

import { decode, encode } from "rlp";
import { DiscReason } from "../errors.ts";
import { MAX_BASE_MESSAGE_SIZE } from "./base-protocol.ts";

/** The payload that says `reason`. */
export function encodeDisconnect(reason: DiscReason): Uint8Array {
  return encode([reason]);
}

/**
 * The reason in a payload. Clients send it as a list or bare; what can't be read is `Invalid`.
 * Never throws: whatever it says, the peer is leaving.
 */
export function decodeDisconnect(payload: Uint8Array): DiscReason {
  try {
    if (payload.length > MAX_BASE_MESSAGE_SIZE) return DiscReason.Invalid;
    const value = decode(payload);
    const reason = Array.isArray(value) ? value[0] : value;
    if (payload.length === 0 || !(reason instanceof Uint8Array)) return DiscReason.Invalid;
    if (reason.length > 1 || reason[0] === 0) return DiscReason.Invalid;
    return reason[0] ?? DiscReason.Requested;
  } catch {
    // Not RLP.
    return DiscReason.Invalid;
  }
}
