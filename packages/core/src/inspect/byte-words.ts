/**
 * Byte strings for people.
 * @module
 */

/** How many bytes are still read as a number rather than as hex. */
const MAX_NUMBER_BYTES = 4;
/** How many bytes are shown in hex before the rest is counted. */
const MAX_HEX_BYTES = 8;

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * A byte string for people: text if it is text, a number if it is short, hex otherwise. One byte
 * may be either, and RLP doesn't say.
 */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const text = printable(bytes);
  if (text !== undefined && bytes.length === 1) return `“${text}” or ${bytes[0]}`;
  if (text !== undefined) return `“${text}”`;
  if (bytes.length <= MAX_NUMBER_BYTES) return String(numberOf(bytes));
  const hex = hexOf(bytes.subarray(0, MAX_HEX_BYTES));
  return bytes.length <= MAX_HEX_BYTES ? `0x${hex}` : `0x${hex}… (${bytes.length} bytes)`;
}

/** What {@link describeBytes} says, without the quotation marks. */
export function bareText(text: string): string {
  return text.replace(/^“|”$/g, "");
}

/** A big-endian number; exact up to six bytes. */
export function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

// Its own, so that a page that shows frames first doesn't load what counts bytes for the protocols.
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes as text, unless they hold control characters or are no UTF-8. */
function printable(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    return /\p{C}/u.test(text) ? undefined : text;
  } catch {
    // Not UTF-8: then it is not text, which is an answer and no failure.
    return undefined;
  }
}
