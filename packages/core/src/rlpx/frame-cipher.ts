/**
 * What protects the frames of one direction: the cipher and the MAC in one, so that a faster path
 * can do both at once. `sealFrame` says how a frame lies in memory.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

/** Bytes of a header without its MAC. */
export const HEADER_LENGTH = 16;
/** Bytes of a MAC on the wire. */
export const MAC_LENGTH = 16;

/** What one direction starts from. */
export interface FrameKeys {
  /** The key stream's key, 32 bytes. */
  readonly aes: Uint8Array;
  /** The MAC's key, 32 bytes. */
  readonly mac: Uint8Array;
  /** What the MAC has absorbed before the first frame. */
  readonly seed: Uint8Array;
}

/** One direction's cipher and MAC. It only goes forward: every frame once, in order. */
export interface FrameCipher {
  /**
   * Seals a whole frame in place: the header, room for its MAC, the body padded to a multiple of
   * 16, room for its MAC. It starts at a multiple of 4 in its buffer.
   */
  seal(frame: Uint8Array): void;
  /** Takes a header and its MAC; gives the header, or nothing when the MAC is wrong. Valid until the next call. */
  openHeader(sealed: Uint8Array): Uint8Array | undefined;
  /**
   * Takes a padded body and its MAC; gives the body, or nothing when the MAC is wrong. Valid until
   * the next call. `owned` says that `sealed` may be overwritten, and starts at a multiple of 4.
   */
  openBody(sealed: Uint8Array, owned: boolean): Uint8Array | undefined;
  /** Forgets the keys. Idempotent; the other methods throw afterwards. */
  release(): void;
}

/** Makes a direction's cipher. */
export type NewFrameCipher = (keys: FrameKeys) => FrameCipher;
