/**
 * What protects the frames of one direction: the cipher and the MAC in one, so that a faster path
 * can do both at once.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#framing
 * @module
 */

import { readUint } from "../wire/bytes.ts";

/** Bytes of a header without its MAC. */
export const HEADER_LENGTH = 16;
/** Bytes of a MAC on the wire. */
export const MAC_LENGTH = 16;
/** A body is padded to a multiple of so many bytes. */
const BODY_UNIT = 16;
/** A header and its MAC. */
export const SEALED_HEADER = HEADER_LENGTH + MAC_LENGTH;

/** What one direction starts from. */
export interface FrameKeys {
  /** The key stream's key, 32 bytes. */
  readonly aes: Uint8Array;
  /** The MAC's key, 32 bytes. */
  readonly mac: Uint8Array;
  /** What the MAC has absorbed before the first frame. */
  readonly seed: Uint8Array;
}

/** A body that was opened, padding included. */
export interface OpenedBody {
  readonly bytes: Uint8Array;
  /** True when nobody else has the bytes; otherwise they are valid until the cipher's next call. */
  readonly own: boolean;
}

/** One direction's cipher and MAC. It only goes forward: every frame once, in order. */
export interface FrameCipher {
  /**
   * Seals whole frames in place: each a header, room for its MAC, the body padded to a multiple of
   * 16, room for its MAC. They start at a multiple of 4 in their buffer.
   */
  seal(frames: Uint8Array): void;
  /**
   * Takes a header at `at`, its MAC behind it; gives the size of the body, or −1 when the MAC is
   * wrong. `owned` says that `bytes` may be overwritten, may change afterwards, and starts at a
   * multiple of 4; otherwise none of them changes as long as `bytes` is given.
   */
  openHeader(bytes: Uint8Array, at: number, owned: boolean): number;
  /**
   * Takes a padded body of `length` bytes at `at`, its MAC behind it; gives the body, or nothing when
   * the MAC is wrong. `owned` is the same.
   */
  openBody(bytes: Uint8Array, at: number, length: number, owned: boolean): OpenedBody | undefined;
  /** Forgets the keys. Idempotent; the other methods throw afterwards. */
  release(): void;
}

/** Makes a direction's cipher. */
export type NewFrameCipher = (keys: FrameKeys) => FrameCipher;

/** Bytes of a body of that size with its padding. */
export function paddedLength(size: number): number {
  return (size + BODY_UNIT - 1) & -BODY_UNIT;
}

/** The size of a body, which its header begins with. */
export function bodySize(bytes: Uint8Array, at: number): number {
  return readUint(bytes, at, 3);
}
