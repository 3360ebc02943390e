/**
 * Sealed sessions are loaded apart: not every connection has one.
 * @module
 */

/** Loads what they need; the module system does it once. */
export function loadSealed(): Promise<typeof import("./open-sealed.ts")> {
  return import("./open-sealed.ts");
}
