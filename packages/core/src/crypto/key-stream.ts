/**
 * AES-256-CTR key stream made by the platform, which is faster than code of ours where there is
 * much to do. `#key-stream` is the one for this runtime.
 * @module
 */

/** Bytes of a block. */
export const KEY_STREAM_BLOCK = 16;

/** One direction's key stream, from a zero counter block. It is read forwards, gaps allowed. */
export interface KeyStream {
  /**
   * Fills `length` bytes of `into` from `at` on, a multiple of 16, with the key stream from block
   * number `block` on. False where that isn't at hand; then nothing was written.
   */
  fill(block: number, into: Uint8Array, at: number, length: number): boolean;
  /**
   * Gives new bytes: these, whose length is a multiple of 16, XORed with the key stream from block
   * number `block` on. Absent where the platform can't do it at once.
   */
  apply?(block: number, bytes: Uint8Array): Uint8Array;
  /** Forgets key and stream; it is not to be used afterwards. */
  release(): void;
}

/** Makes a key stream from a key of 32 bytes, which it may keep. */
export type NewKeyStream = (key: Uint8Array) => KeyStream;

/** The counter block of that number, 16 bytes. */
export function counterBlock(block: number): Uint8Array<ArrayBuffer> {
  const counter = new Uint8Array(KEY_STREAM_BLOCK);
  const view = new DataView(counter.buffer);
  view.setUint32(8, Math.floor(block / 0x1_0000_0000));
  view.setUint32(12, block % 0x1_0000_0000);
  return counter;
}
