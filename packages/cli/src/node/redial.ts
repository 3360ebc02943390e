/**
 * Keeps a node connected to another: dials, and after a drop dials again.
 * @module
 */

import type { Clock, NodeAddress, Server } from "@peerkit/core";
import { P2PError, systemClock } from "@peerkit/core";

/** The pause before the first new attempt; it doubles with each that fails. */
const FIRST_PAUSE_MS = 1_000;
/** The longest pause. */
const MAX_PAUSE_MS = 30_000;
/** A connection that lasted this long makes the pause short again. */
const STABLE_MS = 10_000;

/** What {@link keepConnected} needs. */
export interface RedialOptions {
  /** Ends it, without a word. */
  readonly signal: AbortSignal;
  /** Called after a drop or a failed attempt; `pauseMs` is absent when it gave up. */
  readonly onPause: (why: P2PError, pauseMs?: number) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Dials `address`, and again after each drop, with a pause from 1 s to 30 s between. Resolves when
 * the signal is aborted, or at once when the address is this node's own. Never rejects for what
 * the network does.
 */
export async function keepConnected(
  server: Pick<Server, "connect">,
  address: NodeAddress,
  options: RedialOptions,
): Promise<void> {
  const { signal, onPause, clock = systemClock } = options;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const start = clock.now();
    const why = await connectOnce(server, address, signal);
    if (signal.aborted) return;
    if (why.code === "P2P_ERR_SELF") return onPause(why);
    if (clock.now() - start > STABLE_MS) pauseMs = FIRST_PAUSE_MS;
    onPause(why, pauseMs);
    await wait(clock, pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
  }
}

// Resolves with why the connection ended, or why there was none.
async function connectOnce(
  server: Pick<Server, "connect">,
  address: NodeAddress,
  signal: AbortSignal,
): Promise<P2PError> {
  try {
    const peer = await server.connect(address, { signal });
    return await peer.closed;
  } catch (error) {
    if (P2PError.is(error)) return error;
    if (signal.aborted) return new P2PError("stopped", { code: "P2P_ERR_CLOSED" });
    throw error;
  }
}

function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.setTimer(ms, end);
    signal.addEventListener("abort", end);
  });
}
