/**
 * What a page says of its runtime: no more than that it is one.
 * @module
 */

/** For client names. */
export const runtime: string = "browser";
