/**
 * The wire as the relay sees it: how much goes by, when and which way, and none of what it says.
 * @module
 */

import type { JSX } from "preact";
import { formatBytes, formatExactTime, hexPairs } from "../format.ts";
import type { Carried } from "../model.ts";

/** Bytes of each piece that are shown. */
const SHOWN_BYTES = 20;

/** What the relay carried last, the newest first. */
export function RelayView({ carried }: { carried: readonly Carried[] }): JSX.Element {
  return (
    <section class="relay-view" aria-label="What the relay sees">
      <p class="section-note">
        These are the very bytes that the relay moves between this tab and other nodes. Between tabs
        they are sealed: it learns who, when and how much, and nothing else. What this tab says to
        the relay itself, foo and the chat, it reads like any peer, so that isn’t here.
      </p>
      {carried.length === 0 ? (
        <p class="empty">It has carried nothing yet. Open a second tab.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <ol class="carried" tabIndex={0} aria-label="Carried bytes, the newest first">
          {carried.map((one) => (
            <CarriedRow key={one.seq} one={one} />
          ))}
        </ol>
      )}
    </section>
  );
}

function CarriedRow({ one }: { one: Carried }): JSX.Element {
  const { direction, path, size, head, at } = one;
  const more = size > SHOWN_BYTES ? " …" : "";
  return (
    <li>
      <span class="frame-direction" aria-hidden="true">
        {direction === "in" ? "←" : "→"}
      </span>
      <span class="visually-hidden">{direction === "in" ? "to this tab" : "from this tab"}</span>
      <code>{formatExactTime(at)}</code>
      <span>{path === "circuit" ? "ciphertext" : "bridge"}</span>
      <code class="carried-bytes">
        {hexPairs(head.subarray(0, SHOWN_BYTES))}
        {more}
      </code>
      <code class="carried-size">{formatBytes(size)}</code>
    </li>
  );
}
