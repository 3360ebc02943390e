/**
 * Base64 with the letters for URLs and without padding.
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-5
 * @module
 */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The text of the bytes. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    for (let shift = 18; shift >= 0; shift -= 6) text += LETTERS[(bits >> shift) & 63];
  }
  // A last group of one byte has two letters, one of two bytes three.
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
}

/** The bytes of a text; `undefined` for one that {@link encodeBase64Url} doesn't write. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xff_ff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = bits >> held;
  }
  // What is left over must be nothing: bits that say nothing, and fewer than a letter has.
  return held < 6 && (bits & ((1 << held) - 1)) === 0 ? bytes : undefined;
}
