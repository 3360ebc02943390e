/**
 * Sealed sessions are loaded apart: not every connection has one.
 * @module
 */

type Sealed = typeof import("./open-sealed.ts");

let loading: Promise<Sealed> | undefined;

/** Loads what they need, once; after a failure the next call tries again. */
export function loadSealed(): Promise<Sealed> {
  // Kept: to import a module again costs tens of microseconds, though it is there.
  loading ??= import("./open-sealed.ts").catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}
