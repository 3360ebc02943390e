/**
 * A listing.
 * @module
 */

import type { JSX } from "preact";
import { tokens } from "./excerpt.ts";

/** TypeScript with its words coloured; it scrolls by keyboard where it is wider than its place. */
export function Code({ source, label }: { source: string; label: string }): JSX.Element {
  return (
    <figure class="listing">
      <figcaption>
        <code>{label}</code>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="listing-code" tabIndex={0} aria-label={`Source of ${label}`}>
        <pre>
          <code>
            {tokens(source).map((token, index) => (
              <span key={index} class={token.kind === "plain" ? undefined : `tok-${token.kind}`}>
                {token.text}
              </span>
            ))}
          </code>
        </pre>
      </section>
    </figure>
  );
}
