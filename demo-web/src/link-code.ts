/**
 * A link as a QR code. Loaded when somebody asks for one, and not before.
 * @module
 */

import { correction, generate } from "lean-qr/nano";

/** The squares of a QR code. */
export interface LinkCode {
  /** Squares from side to side, without the quiet zone around them. */
  readonly size: number;
  /** The dark ones as the path of an SVG, a square one unit wide, from 0 at the top left. */
  readonly path: string;
}

/** The code that reads as `link`, which is ASCII, as links are. 15 % of it may be unreadable. */
export function linkCode(link: string): LinkCode {
  const { size, get } = generate(link, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x;
      while (get(x, y)) x++;
      // In runs, and not square by square: between those a scaled picture shows seams.
      if (x > start) path += `M${start} ${y}h${x - start}v1H${start}z`;
    }
  }
  return { size, path };
}
