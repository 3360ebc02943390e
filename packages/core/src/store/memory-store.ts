/**
 * A store in memory.
 * @module
 */

import type { Store } from "./store.ts";
import { checkKey, checkValue } from "./store.ts";

/** Settings of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** What `volatile` says. @default "it is in memory" */
  readonly volatile?: string | undefined;
}

/** Makes a store that ends with its last user: for tests, and where nothing else can be had. */
export function memoryStore({ volatile = "it is in memory" }: MemoryStoreOptions = {}): Store {
  /** UNBOUNDED: what callers keep, is theirs to bound. */
  const values = new Map<string, Uint8Array>();
  return {
    title: "memory",
    volatile,
    async get(key) {
      checkKey(key);
      return values.get(key)?.slice();
    },
    async set(key, value) {
      checkKey(key);
      values.set(key, checkValue(value));
    },
    async add(key, value) {
      checkKey(key);
      const copy = checkValue(value);
      if (values.has(key)) return false;
      values.set(key, copy);
      return true;
    },
    async delete(key) {
      checkKey(key);
      values.delete(key);
    },
    async keys(prefix = "") {
      return [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
}
