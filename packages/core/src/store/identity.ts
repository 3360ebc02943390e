/**
 * Who a node is, over restarts and reloads: a private key in a store.
 * @module
 */

import { generatePrivateKey, isPrivateKey } from "../crypto/secp256k1.ts";
import type { Random } from "../env.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex, hexToBytes, utf8ToBytes } from "../wire/bytes.ts";
import type { Store } from "./store.ts";

/** What the keys of the pool start with, before the number. */
const POOL = "identity";
/** 64 hex digits, with space around them or without: what go-ethereum's `nodekey` holds too. */
const TEXT = /^\s*([0-9a-fA-F]{64})\s*$/;

/** Settings of {@link loadIdentity}. */
export interface IdentityOptions {
  /**
   * The store's key for this one identity; no other user of the store may use it at the same time.
   * @default the first of `identity.0`, `identity.1`, … that is free
   */
  readonly key?: string | undefined;
  /** For a fresh private key. @default the platform's */
  readonly random?: Random | undefined;
}

/** A private key, and whether it will be there again. */
export interface Identity {
  /** 32 bytes, for `new Server({ privateKey })`. */
  readonly privateKey: Uint8Array;
  /** Whether the next start, or a reload, gives the same. */
  readonly persisted: boolean;
  /** Why it isn't kept, in words. Absent when it is. */
  readonly reason?: string | undefined;
  /** Lets others take it; not to be used any more then. Needed only where the page goes on. */
  release(): void;
}

/**
 * The private key that a store keeps, made where there is none.
 *
 * A page's store has a pool: a tab takes the first identity that no other tab has, so that two tabs
 * are two peers, a reload keeps its id, and a closed tab's is used again. Resolves when the key is
 * kept. Rejects with `P2P_ERR_BAD_KEY` for other content, which stays as it is, and with what the
 * store rejects with.
 */
export async function loadIdentity(store: Store, options: IdentityOptions = {}): Promise<Identity> {
  const claim = options.key === undefined ? await store.claim?.(POOL) : undefined;
  const release = (): void => claim?.release();
  try {
    const key = options.key ?? `${POOL}.${claim?.number ?? 0}`;
    const privateKey = await readOrMake(store, key, options.random);
    const reason = store.volatile;
    return { privateKey, persisted: reason === undefined, reason, release };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * The private key under `key`, or `undefined` when there is none. Rejects with `P2P_ERR_BAD_KEY`
 * for other content, and with what the store rejects with.
 */
export async function readPrivateKey(store: Store, key: string): Promise<Uint8Array | undefined> {
  const kept = await store.get(key);
  return kept && parse(kept, `"${key}" in ${store.title}`);
}

/**
 * Makes a private key and keeps it under `key`, as 64 hex digits and a newline. Resolves to
 * `undefined` when there is something already, which stays. Rejects with what the store rejects with.
 */
export async function createPrivateKey(
  store: Store,
  key: string,
  random?: Random,
): Promise<Uint8Array | undefined> {
  const fresh = generatePrivateKey(random);
  return (await store.add(key, utf8ToBytes(`${bytesToHex(fresh)}\n`))) ? fresh : undefined;
}

/** Where another process makes one at the same time, both have the one that came first. */
async function readOrMake(store: Store, key: string, random?: Random): Promise<Uint8Array> {
  const found =
    (await readPrivateKey(store, key)) ??
    (await createPrivateKey(store, key, random)) ??
    (await readPrivateKey(store, key));
  if (found) return found;
  const message = `"${key}" in ${store.title} comes and goes: something else uses it`;
  throw new P2PError(message, { code: "P2P_ERR_STORE_FAILED" });
}

function parse(bytes: Uint8Array, where: string): Uint8Array {
  // Only ASCII is right, and what isn't must not end up in an error's text.
  const [, digits] = TEXT.exec(String.fromCharCode(...bytes.subarray(0, 128))) ?? [];
  if (digits === undefined || bytes.length > 128) throw bad(where, "it isn't 64 hex digits");
  const key = hexToBytes(digits);
  if (!isPrivateKey(key)) throw bad(where, "its number is none of secp256k1's private keys");
  return key;
}

function bad(where: string, why: string): P2PError {
  const message = `${where} is no private key: ${why}; it was left as it is, move it away to get a new key`;
  return new P2PError(message, { code: "P2P_ERR_BAD_KEY" });
}
