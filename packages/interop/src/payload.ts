/**
 * The bytes of made-up messages: those that the other side makes of the same description.
 * @module
 */

/** What a payload is made of: `zero` bytes, a repeated `text`, or `random` bytes that don't compress. */
export type PayloadKind = "zero" | "text" | "random";

/** A payload, described. `seed` picks among the random ones; the same seed gives the same bytes. */
export interface Payload {
  readonly kind: PayloadKind;
  /** In bytes. */
  readonly size: number;
  readonly seed: number;
}

type Maker = (kind: PayloadKind, size: number, seed: number) => Uint8Array;

// The devp2p program runs as it stands, so it can't import this file; this one imports its.
const shared: { readonly makePayload: Maker } = await import(
  new URL("../devp2p/payload.mjs", import.meta.url).href
);

/** Makes the bytes of a payload. */
export function makePayload({ kind, size, seed }: Payload): Uint8Array {
  return shared.makePayload(kind, size, seed);
}
