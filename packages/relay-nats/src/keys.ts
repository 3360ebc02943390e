/**
 * Keys of a directory as they are in the bucket, where each word is a part of a subject.
 * @module
 */

/** What a value may have, in bytes. */
export const MAX_VALUE_BYTES = 512;

const KEY = /^[0-9a-z]+(\.[0-9a-z]+){0,2}$/;
const WORD = /^[0-9a-z]+$/;
/** Stands behind a key of one word, so that what begins with the word is one subject, `word.>`. */
const ALONE = "._";

/** The key as it is in the bucket. Throws a `RangeError` for what is no key. */
export function rowOf(key: string): string {
  if (!KEY.test(key))
    throw new RangeError(`"key" expected one to three words of 0-9a-z, got ${key}`);
  return key.includes(".") ? key : `${key}${ALONE}`;
}

/** The key of what is in the bucket; `undefined` where it isn't of a directory. */
export function keyOf(row: string): string | undefined {
  const key = row.endsWith(ALONE) ? row.slice(0, -ALONE.length) : row;
  return KEY.test(key) && rowOf(key) === row ? key : undefined;
}

/** Returns it. Throws a `RangeError` that names the argument for what is no word. */
export function aWord(text: string, argument: string): string {
  if (!WORD.test(text))
    throw new RangeError(`"${argument}" expected a word of 0-9a-z, got ${text}`);
  return text;
}

/** Returns a copy. Throws a `RangeError` where it is too large for a row. */
export function aValue(value: Uint8Array): Uint8Array {
  if (value.length <= MAX_VALUE_BYTES) return value.slice();
  throw new RangeError(`"value" expected at most ${MAX_VALUE_BYTES} bytes, got ${value.length}`);
}
