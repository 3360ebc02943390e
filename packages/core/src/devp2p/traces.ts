/**
 * What a connection tells the trace hook.
 * @module
 */

import type { P2PError } from "../errors.ts";
import { DisconnectError } from "../errors.ts";
import type { Direction, SharedCapability, TraceDetail } from "../trace.ts";
import { BASE_PROTOCOL_NAME, BASE_PROTOCOL_VERSION } from "./base-protocol.ts";
import type { Msg } from "./message.ts";

/** The trace of a base message. */
export function baseTrace(
  direction: Direction,
  code: number,
  payload: Uint8Array,
  wireSize: number,
): TraceDetail {
  const base = { name: BASE_PROTOCOL_NAME, version: BASE_PROTOCOL_VERSION, offset: 0, length: 0 };
  return frameTrace(direction, base, code, payload, wireSize);
}

/** The trace of a protocol's message. `code` is relative to it. */
export function frameTrace(
  direction: Direction,
  capability: SharedCapability,
  code: number,
  payload: Uint8Array,
  wireSize: number,
): TraceDetail {
  return {
    type: "frame",
    direction,
    protocol: capability.name,
    version: capability.version,
    code,
    wireCode: capability.offset + code,
    size: payload.length,
    wireSize,
    payload,
  };
}

/** The payload as a trace shows it: decompressed, or as it came where that fails. */
export function shown(msg: Msg, asItCame: Uint8Array): Uint8Array {
  try {
    return msg.payload;
  } catch {
    // The protocol meets the same error when it looks.
    return asItCame;
  }
}

/** The trace of a connection's end. */
export function closeTrace(end: P2PError): TraceDetail {
  const remote = end instanceof DisconnectError && end.remote;
  const close = { type: "close", code: end.code, message: end.message, remote } as const;
  return end.reason === undefined ? close : { ...close, reason: end.reason };
}
