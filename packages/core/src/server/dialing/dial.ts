/**
 * One dial, with its time limit.
 * @module
 */

import type { AbortControl, Clock } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { formatNodeAddress } from "../../node/address.ts";
import { setTimeLimit } from "../../time-limit.ts";
import type { ByteStream, Transport } from "../../transport.ts";

/** What to dial, and what ends it. */
export interface DialOptions {
  readonly transport: Transport;
  readonly address: NodeAddress;
  readonly clock: Clock;
  /** In ms. */
  readonly timeout: number;
  /** Ends the dial with its reason; aborted when time is up. */
  readonly control: AbortControl;
}

/** Opens a stream. Rejects with `P2P_ERR_DIAL_TIMEOUT`, or what the transport rejects with. */
export async function dial(options: DialOptions): Promise<ByteStream> {
  const { transport, address, clock, timeout, control } = options;
  const cancel = setTimeLimit(clock, timeout, () => control.abort(timedOut(address, timeout)));
  try {
    return await transport.dial(address, { signal: control.signal });
  } finally {
    cancel();
  }
}

function timedOut(address: NodeAddress, timeout: number): P2PError {
  return new P2PError(`no answer from ${formatNodeAddress(address)} within ${timeout / 1000} s`, {
    code: "P2P_ERR_DIAL_TIMEOUT",
  });
}
