/**
 * The curve's arithmetic, as one of several libraries does it: `#curve` brings the faster ones of
 * this runtime. All give the same bytes; signatures are deterministic (RFC 6979).
 * @module
 */

/** Points are 65 bytes, uncompressed with their prefix. Arguments have the right lengths. */
export interface Curve {
  /** Whether these bytes are a point of the curve. */
  isPoint(point: Uint8Array): boolean;
  /** The point of a valid private key. */
  pointOf(privateKey: Uint8Array): Uint8Array;
  /** The x-coordinate, 32 bytes, of a valid private key times a point that was checked. */
  sharedX(privateKey: Uint8Array, point: Uint8Array): Uint8Array;
  /** Signs 32 bytes: r, s and the recovery id, 65 bytes. */
  sign(digest: Uint8Array, privateKey: Uint8Array): Uint8Array;
  /** The point that made a signature of r and s. Throws when none did. */
  recover(digest: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array;
}

/** Resolves to the fastest library that is installed and runs here, or nothing; never rejects. */
export type FindCurve = () => Promise<Curve | undefined>;

/** r, s and the recovery id in one array. */
export function withRecovery(signature: Uint8Array, recovery: number): Uint8Array {
  const joined = new Uint8Array(65);
  joined.set(signature);
  joined[64] = recovery;
  return joined;
}
