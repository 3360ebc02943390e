/**
 * A picture made from a node id: a small mosaic, mirrored, that two ids hardly share.
 * @module
 */

/** A tile of the mosaic, as an SVG path on a grid of unit squares. */
export interface Tile {
  readonly path: string;
  /** Which of the two inks. */
  readonly ink: 0 | 1;
}

/** The picture: `viewBox` is `0 0 {@link IDENTICON_SIZE} {@link IDENTICON_SIZE}`. */
export interface Identicon {
  readonly ground: string;
  readonly inks: readonly [string, string];
  readonly tiles: readonly Tile[];
}

/** Squares per side. */
export const IDENTICON_SIZE = 4;

const HALF = IDENTICON_SIZE / 2;

/** The picture of `id`, 64 hex digits. Same id, same picture; any other text gives one too. */
export function identicon(id: string): Identicon {
  const seed = bytesOf(id);
  const hue = Math.round((((seed[0] ?? 0) * 256 + (seed[1] ?? 0)) / 65_536) * 360);
  const second = (hue + 70 + ((seed[2] ?? 0) % 5) * 45) % 360;
  const tiles: Tile[] = [];
  for (let row = 0; row < IDENTICON_SIZE; row++) {
    for (let column = 0; column < HALF; column++) {
      const byte = seed[3 + row * HALF + column] ?? 0;
      tiles.push(...mirrored(column, row, byte));
    }
  }
  return {
    ground: `oklch(0.93 0.045 ${hue})`,
    inks: [`oklch(0.42 0.13 ${hue})`, `oklch(0.68 0.15 ${second})`],
    tiles,
  };
}

/** A square's tile on the left and its mirror image on the right. */
function mirrored(column: number, row: number, byte: number): Tile[] {
  const shape = byte % 8;
  const ink = byte >= 160 ? 1 : 0;
  const left = tilePath(shape, column, row, false);
  const right = tilePath(shape, IDENTICON_SIZE - 1 - column, row, true);
  return left === ""
    ? []
    : [
        { path: left, ink },
        { path: right, ink },
      ];
}

/** Shapes: 0 nothing, 1 square, 2 disc, 3 half, 4 to 7 a quarter disc around one of the corners. */
function tilePath(shape: number, x: number, y: number, flip: boolean): string {
  if (shape === 0) return "";
  if (shape === 1) return `M${x} ${y}h1v1h-1z`;
  if (shape === 2) return `M${x} ${y + 0.5}a.5 .5 0 1 1 1 0a.5 .5 0 1 1 -1 0z`;
  if (shape === 3) return `M${x} ${y}h1v.5h-1z`;
  return quarter(flip ? (shape - 4) ^ 1 : shape - 4, x, y);
}

/** Corner 0 is top left, 1 top right, 2 bottom left, 3 bottom right. */
function quarter(corner: number, x: number, y: number): string {
  const cx = x + (corner & 1);
  const cy = y + (corner >> 1);
  const dx = corner & 1 ? -1 : 1;
  const dy = corner >> 1 ? -1 : 1;
  const sweep = dx === dy ? 1 : 0;
  return `M${cx} ${cy}h${dx}A1 1 0 0 ${sweep} ${cx} ${cy + dy}z`;
}

function bytesOf(id: string): number[] {
  const bytes: number[] = [];
  for (let i = 0; i + 1 < id.length; i += 2)
    bytes.push(Number.parseInt(id.slice(i, i + 2), 16) || 0);
  return bytes;
}
