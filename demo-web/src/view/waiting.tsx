/**
 * What stands where something takes longer than a second.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

/** What takes less isn’t worth a sign, in ms. */
const SOON_MS = 1_000;

interface WaitingProps {
  /** What is waited for. */
  readonly label: string;
  /** When it began, in ms of `Date.now()`; now, where that isn’t said. */
  readonly since?: number;
}

/** After a second, a moving bar and the seconds that it has taken so far. */
export function Waiting({ label, since }: WaitingProps): JSX.Element | null {
  const start = useSignal(since ?? Date.now());
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 250);
    return () => clearInterval(timer);
  }, [now]);
  const ms = now.value - start.value;
  if (ms < SOON_MS) return null;
  return (
    <span class="waiting">
      <progress aria-label={label} />
      {/* It may stand where changes are spoken, and would be, each second. */}
      <span class="data" aria-hidden="true">
        {Math.floor(ms / 1_000)} s
      </span>
    </span>
  );
}
