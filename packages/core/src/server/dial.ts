/**
 * One dial, with its time limit and its signals.
 * @module
 */

import { type Clock, newAbortController } from "../env.ts";
import { P2PError } from "../errors.ts";
import { formatNodeAddress, type NodeAddress } from "../node/address.ts";
import type { ByteStream, Transport } from "../transport.ts";

/** What to dial, and what ends it. */
export interface DialOptions {
  readonly transport: Transport;
  readonly address: NodeAddress;
  readonly clock: Clock;
  /** For the transport's part, in ms. */
  readonly timeout: number;
  /** Each of them ends the dial, and what follows it, with its reason. */
  readonly signals: readonly (AbortSignal | undefined)[];
}

/**
 * Opens a stream and hands it to `then`, under the signals all the way. Rejects with
 * `P2P_ERR_DIAL_TIMEOUT`, a signal's reason, or what the transport or `then` rejects with.
 */
export async function dialWithLimit<T>(
  options: DialOptions,
  then: (stream: ByteStream, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { transport, address, clock, timeout } = options;
  const control = newAbortController();
  const watched = options.signals.map((signal) => {
    const onAbort = (): void => control.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    return () => signal?.removeEventListener("abort", onAbort);
  });
  const cancelTimer = clock.setTimer(timeout, () => control.abort(timedOut(address, timeout)));
  try {
    const stream = await transport.dial(address, { signal: control.signal });
    cancelTimer();
    return await then(stream, control.signal);
  } finally {
    cancelTimer();
    for (const unwatch of watched) unwatch();
  }
}

function timedOut(address: NodeAddress, timeout: number): P2PError {
  return new P2PError(`no answer from ${formatNodeAddress(address)} within ${timeout / 1000} s`, {
    code: "P2P_ERR_DIAL_TIMEOUT",
  });
}
