/**
 * A node's picture.
 * @module
 */

import type { JSX } from "preact";
import { IDENTICON_SIZE, identicon } from "../identicon.ts";

/** The picture of `id`, `size` CSS pixels wide. It is decoration: the id or name stands beside it. */
export function Identicon({ id, size }: { id: string | undefined; size: number }): JSX.Element {
  if (id === undefined || id === "") {
    return <span class="identicon identicon-empty" style={{ width: size, height: size }} />;
  }
  const { ground, inks, tiles } = identicon(id);
  const box = `-.4 -.4 ${IDENTICON_SIZE + 0.8} ${IDENTICON_SIZE + 0.8}`;
  return (
    <svg class="identicon" width={size} height={size} viewBox={box} aria-hidden="true">
      <rect x="-.4" y="-.4" width="100%" height="100%" style={{ fill: ground }} />
      {tiles.map((tile) => (
        <path key={tile.path} d={tile.path} style={{ fill: inks[tile.ink] }} />
      ))}
    </svg>
  );
}
