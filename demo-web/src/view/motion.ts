/**
 * Whether the visitor wants things to move.
 * @module
 */

/** False if the system asks for reduced motion; looked up each time, since it can change. */
export function motionAllowed(): boolean {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
