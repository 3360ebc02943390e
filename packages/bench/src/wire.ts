/**
 * The header that opens each measurement on a link, and the answer that ends it. `geth/wire.go` has
 * the same numbers.
 * @module
 */

/** Bytes of a header, and of the answer to a counted run. */
export const HEADER_SIZE = 16;

/** `Count`: the other side answers once, after the last byte. `Echo`: after each message. */
export const Mode = { Count: 1, Echo: 2 } as const;

/** What the next bytes on a link are. */
export interface Header {
  readonly mode: number;
  /** Bytes of each message. */
  readonly size: number;
  readonly count: number;
}

/** Makes the bytes of a header. */
export function encodeHeader({ mode, size, count }: Header): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, mode, true);
  view.setUint32(4, size, true);
  view.setUint32(8, count, true);
  return bytes;
}

/** Reads a header. */
export function decodeHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  return {
    mode: view.getUint32(0, true),
    size: view.getUint32(4, true),
    count: view.getUint32(8, true),
  };
}
