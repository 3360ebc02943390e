/**
 * How large a message may be that the other side sends, looked at before memory is taken for it.
 * @module
 */

import { P2PError } from "../errors.ts";

/** @throws P2PError `P2P_ERR_OVERSIZED_MESSAGE` when `size` is above `max`. */
export function requireAllowedSize(size: number, max: number): void {
  if (size > max) throw oversized(size, max);
}

/** The error of a message, or its frame, that announces too many bytes. */
function oversized(size: number, max: number): P2PError {
  return new P2PError(`the peer announced ${size} bytes in one message, ${max} are allowed`, {
    code: "P2P_ERR_OVERSIZED_MESSAGE",
  });
}

/** The most that snappy makes of a message of `size` bytes. */
export function maxCompressed(size: number): number {
  return 32 + size + Math.ceil(size / 6);
}
