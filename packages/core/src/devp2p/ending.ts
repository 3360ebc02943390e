/**
 * How a connection ends: which reason a cause means, and whether the other side is told.
 * @module
 */

import type { P2PErrorCode } from "../errors.ts";
import { DisconnectError, DiscReason, P2PError } from "../errors.ts";

/** What a protocol's `run` came to. */
export type RunResult =
  | { readonly returned: true }
  | { readonly returned: false; readonly thrown: unknown };

/** The end that a finished `run` of a protocol means for the whole peer. */
export function endOfRun(protocol: string, result: RunResult): DisconnectError {
  if (result.returned) {
    return new DisconnectError(DiscReason.ClientQuitting, {
      message: `protocol ${protocol} returned`,
    });
  }
  const { thrown } = result;
  if (isDisconnect(thrown) && !thrown.remote) return thrown;
  return new DisconnectError(reasonOf(thrown), {
    message: `protocol ${protocol} failed: ${thrown instanceof Error ? thrown.message : thrown}`,
    cause: thrown,
    ...(P2PError.is(thrown) && { code: thrown.code }),
  });
}

/** What the other side is told of: it is there, and what it sent is its own. */
const TOLD: readonly (P2PErrorCode | undefined)[] = [
  "P2P_ERR_SEALED_CHUNK",
  "P2P_ERR_SEALED_WINDOW",
  "P2P_ERR_OVERSIZED_MESSAGE",
];

/** The end that a broken connection means: `NetworkError`, which is never sent, in most cases. */
export function endOfConnection(error: P2PError | undefined): DisconnectError {
  const told = TOLD.includes(error?.code);
  return new DisconnectError(told ? DiscReason.ProtocolError : DiscReason.NetworkError, {
    message: error?.message ?? "the peer closed the connection without a reason",
    code: error?.code ?? "P2P_ERR_STREAM_CLOSED",
    cause: error,
  });
}

/** Whether a Disconnect message goes out for it. */
export function isSent(end: DisconnectError): boolean {
  return !end.remote && end.reason !== DiscReason.NetworkError;
}

function isDisconnect(value: unknown): value is DisconnectError {
  return P2PError.is(value) && value.name === "DisconnectError";
}

function reasonOf(thrown: unknown): DiscReason {
  const ours = P2PError.is(thrown) && thrown.reason === DiscReason.ProtocolError;
  return ours ? DiscReason.ProtocolError : DiscReason.SubprotocolError;
}
