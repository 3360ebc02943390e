/**
 * Sealed sessions are loaded apart: not every connection has one.
 * @module
 */

import { once } from "../../once.ts";

/** Loads what they need, once. */
export const loadSealed: () => Promise<typeof import("./open-sealed.ts")> = once(
  () => import("./open-sealed.ts"),
);
