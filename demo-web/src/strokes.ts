/**
 * What is drawn: strokes on a canvas of fixed size, as many as are kept.
 * @module
 */

/** The canvas in its own units; a screen shows it at any size. */
export const CANVAS = { width: 1_600, height: 1_000 } as const;

/** Strokes that are kept; the oldest go first. */
const MAX_STROKES = 400;
/** Points of a stroke; what would be more is another stroke. */
export const MAX_POINTS = 1_024;

/** A place on the canvas: whole numbers. */
export type Point = readonly [x: number, y: number];

/** One movement of somebody's pen. */
export interface Stroke {
  /** The node id of whose it is. */
  readonly by: string;
  /** Counts that node's strokes. */
  readonly number: number;
  readonly points: readonly Point[];
}

/** Adds points to a stroke, or begins it. What is too much for one stroke is left out. */
export function extended(
  strokes: readonly Stroke[],
  { by, number, points }: Stroke,
): readonly Stroke[] {
  const at = strokes.findLastIndex((each) => each.by === by && each.number === number);
  const known = strokes[at];
  if (known === undefined) {
    return [...strokes, { by, number, points: points.slice(0, MAX_POINTS) }].slice(-MAX_STROKES);
  }
  const all = [...known.points, ...points].slice(0, MAX_POINTS);
  return strokes.with(at, { by, number, points: all });
}

/** The nearest point of the canvas. */
export function onCanvas(x: number, y: number): Point {
  const within = (value: number, max: number): number =>
    Math.round(Math.min(max, Math.max(0, value)));
  return [within(x, CANVAS.width), within(y, CANVAS.height)];
}

/** Whether a point that somebody sent is on the canvas. */
export function isOnCanvas([x, y]: Point): boolean {
  return x <= CANVAS.width && y <= CANVAS.height;
}
