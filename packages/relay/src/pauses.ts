/**
 * Pauses between attempts: longer each time, and different for each node.
 * @module
 */

import type { Clock, Random } from "@peerkit/core";
import { systemClock, systemRandom } from "@peerkit/core";

/** The pause after the first failure: a random part of it. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;
/** After so many failures the pauses grow beyond that. */
const PATIENT_AFTER = 20;
const PATIENT_PAUSE_MS = 30_000;

/** For how many ms to wait after so many failures in a row. */
export function pauseFor(failures: number, random: Random = systemRandom): number {
  const longest = failures < PATIENT_AFTER ? LONGEST_PAUSE_MS : PATIENT_PAUSE_MS;
  const range = Math.min(longest, FIRST_PAUSE_MS * 2 ** Math.min(failures, 16));
  const [byte = 0] = random(new Uint8Array(1));
  return Math.round((range * (byte + 1)) / 256);
}

/** Resolves after that time, or as soon as the signal is aborted. */
export function sleep(ms: number, signal: AbortSignal, clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.setTimer(ms, end);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}
