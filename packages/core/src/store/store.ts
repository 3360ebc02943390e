/**
 * The contract of a store, and what every store checks: keys and values.
 * @module
 */

import { P2PError } from "../errors.ts";
import { abytes, typeName } from "../wire/bytes.ts";

/** The most bytes that a value may have: 16 MiB. */
export const MAX_VALUE_BYTES = 16_777_216;

/** What a file's name may hold on every system; a key becomes one. */
const KEY = /^(?!\.{1,2}$)[^\p{Cc}/\\:*?"<>|]{1,128}(?<![. ])$/u;

/**
 * Keeps bytes under names: a folder in Node, a database in a page, or memory.
 *
 * A key has 1 to 128 characters that may stand in a file's name; keys that differ in upper and lower
 * case only may be one. A value has at most 16 MiB. Anything else is a `TypeError` or a
 * `RangeError`. Everything rejects with `P2P_ERR_STORE_FAILED` when the platform fails it.
 */
export interface Store {
  /** Where it is, for people: `/var/lib/my-node`, `IndexedDB "my-app"`. */
  readonly title: string;
  /** Why all that it holds is lost with this process or page. Absent where it lasts. */
  readonly volatile?: string | undefined;
  /**
   * Resolves to the value, which is the caller's own, or `undefined`. Rejects with
   * `P2P_ERR_STORE_CORRUPT` for what `set` can't have kept, and with `P2P_ERR_STORE_PERMISSIONS`
   * for what others may read or change.
   */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Resolves when the value is kept in place of the one before: whole, or not at all. */
  set(key: string, value: Uint8Array): Promise<void>;
  /** As `set`, and resolves to true, where there is no value yet; else to false. */
  add(key: string, value: Uint8Array): Promise<boolean>;
  /** Resolves when there is no value any more. */
  delete(key: string): Promise<void>;
  /** Resolves to the keys that start with `prefix`, in order. @default all */
  keys(prefix?: string): Promise<readonly string[]>;
  /**
   * Takes a number that no one else has who uses this store at the same time: the one that this tab
   * had before it was reloaded, else the smallest that is free. Absent where a store has one user.
   */
  claim?(purpose: string): Promise<Claim>;
}

/** A number that was taken; it is free again when the page has gone. */
export interface Claim {
  readonly number: number;
  /** Gives it back. Calling it twice is fine. */
  release(): void;
}

/** @throws TypeError or RangeError for a key that no store takes. */
export function checkKey(key: string): void {
  if (typeof key !== "string") throw new TypeError(`key: expected a string, got ${typeName(key)}`);
  if (KEY.test(key)) return;
  const shown = JSON.stringify(key.slice(0, 60));
  throw new RangeError(`key: expected 1 to 128 characters of a file's name, got ${shown}`);
}

/**
 * A copy of the value.
 * @throws TypeError or RangeError for a value that no store takes.
 */
export function checkValue(value: Uint8Array): Uint8Array<ArrayBuffer> {
  abytes(value, undefined, "value");
  if (value.length <= MAX_VALUE_BYTES) return new Uint8Array(value);
  throw new RangeError(`value: expected at most ${MAX_VALUE_BYTES} bytes, got ${value.length}`);
}

/** The error for a value that can't be what `set` kept. `why` continues "it". */
export function corrupt(store: Pick<Store, "title">, key: string, why: string): P2PError {
  const message = `"${key}" in ${store.title} can't be used: it ${why}; it was left as it is, delete it to start anew`;
  return new P2PError(message, { code: "P2P_ERR_STORE_CORRUPT" });
}
