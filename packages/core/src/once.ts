/**
 * Loading a part of the library once.
 * @module
 */

/** Gives a function that loads at its first call and keeps what came. When that fails, the next call tries again. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
