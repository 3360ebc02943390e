/**
 * A store in a page: an IndexedDB database, which all tabs of an origin share.
 * @module
 */

import { P2PError } from "../errors.ts";
import { claimNumber } from "./claim.page.ts";
import { memoryStore } from "./memory-store.ts";
import type { OpenStore } from "./open-store.ts";
import type { Claim, Store } from "./store.ts";
import { checkKey, checkValue, corrupt, MAX_VALUE_BYTES } from "./store.ts";

/** The database's only table: values under their keys. */
const TABLE = "values";
const VERSION = 1;
/** A key that no caller can use, to try whether the browser lets us write. */
const TRIAL = "";

class IndexedDbStore implements Store {
  readonly title: string;
  readonly #database: IDBDatabase;

  constructor(title: string, database: IDBDatabase) {
    this.title = title;
    this.#database = database;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    const value: unknown = await this.#run("readonly", (table) => table.get(key));
    if (value === undefined) return undefined;
    if (!(value instanceof Uint8Array)) throw corrupt(this, key, "is no bytes");
    if (value.length > MAX_VALUE_BYTES) throw corrupt(this, key, `has ${value.length} bytes`);
    return value;
  }

  async set(key: string, value: Uint8Array): Promise<void> {
    checkKey(key);
    const copy = checkValue(value);
    await this.#run("readwrite", (table) => table.put(copy, key));
  }

  async add(key: string, value: Uint8Array): Promise<boolean> {
    checkKey(key);
    const copy = checkValue(value);
    try {
      await this.#run("readwrite", (table) => table.add(copy, key));
      return true;
    } catch (error) {
      if (P2PError.is(error) && nameOf(error.cause) === "ConstraintError") return false;
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    await this.#run("readwrite", (table) => table.delete(key));
  }

  async keys(prefix = ""): Promise<readonly string[]> {
    const keys = await this.#run("readonly", (table) => table.getAllKeys());
    return keys.filter((key): key is string => typeof key === "string" && key.startsWith(prefix));
  }

  claim(purpose: string): Promise<Claim> {
    return claimNumber(`peerkit: ${purpose} in ${this.title}`);
  }

  async #run<T>(
    mode: IDBTransactionMode,
    action: (table: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    try {
      return await inTransaction(this.#database, mode, action);
    } catch (cause) {
      throw failed(this.title, cause);
    }
  }
}

/** @see OpenStore */
export const openStore: OpenStore = async (location) => {
  if (typeof location !== "string" || location === "") {
    throw new TypeError("location: expected the name of a database");
  }
  const title = `IndexedDB ${JSON.stringify(location)}`;
  let database: IDBDatabase;
  try {
    database = await openDatabase(location);
  } catch (cause) {
    if (nameOf(cause) === "VersionError") throw foreign(title);
    return memoryStore({ volatile: `the browser doesn't let this page store: ${wordsOf(cause)}` });
  }
  if (!database.objectStoreNames.contains(TABLE)) throw foreign(title);
  try {
    await inTransaction(database, "readwrite", (table) => table.delete(TRIAL));
  } catch (cause) {
    return memoryStore({ volatile: `the browser doesn't let this page write: ${wordsOf(cause)}` });
  }
  return new IndexedDbStore(title, database);
};

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === "undefined") throw new TypeError("it has no IndexedDB");
    const opening = indexedDB.open(name, VERSION);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      // Else whoever deletes it, or makes another version, waits for this page to go.
      database.onversionchange = () => database.close();
      resolve(database);
    };
  });
}

/** Resolves to what was asked for when the transaction is done, and its changes kept. */
function inTransaction<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  action: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(TABLE, mode);
    const request = action(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(request.error ?? transaction.error);
  });
}

function foreign(title: string): P2PError {
  const message = `${title} is something else's; it was left as it is, choose another name`;
  return new P2PError(message, { code: "P2P_ERR_STORE_CORRUPT" });
}

function failed(title: string, cause: unknown): P2PError {
  const message = `${title} failed: ${wordsOf(cause)}`;
  return new P2PError(message, { code: "P2P_ERR_STORE_FAILED", cause });
}

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : nameOf(error);
}

/** IndexedDB's errors are told apart by their names. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
