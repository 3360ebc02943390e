/**
 * A node's private key in a file: 64 hex digits and a newline, for its owner's eyes only. The file
 * is one value of a store in its folder.
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { generatePrivateKey } from "@peerkit/core";
import type { Store } from "@peerkit/core/store";
import { createPrivateKey, loadIdentity, openStore, readPrivateKey } from "@peerkit/core/store";
import { CommandError } from "./errors.ts";

/**
 * Reads the private key (32 bytes) of a file. Rejects with CommandError when there is no file, with
 * `P2P_ERR_BAD_KEY` when it holds no key, with `P2P_ERR_STORE_PERMISSIONS` when others may use it.
 */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const { store, key } = await placeOf(path);
  const found = await readPrivateKey(store, key);
  if (!found) throw new CommandError(`${path} doesn't exist; "peerkit key new" makes a key file`);
  return found;
}

/**
 * Makes a fresh private key and keeps it in a new file, readable by its owner only. Resolves with
 * the key once it is on disk. Rejects with CommandError when there is such a file.
 */
export async function createKeyFile(path: string): Promise<Uint8Array> {
  const { store, key } = await placeOf(path);
  const made = await createPrivateKey(store, key);
  if (made) return made;
  throw new CommandError(`${path} exists and is never overwritten; name another file`);
}

/** Reads the key of a file, or creates the file. Rejects as the two do; a bad file is never replaced. */
export async function readOrCreateKeyFile(path: string): Promise<Uint8Array> {
  const { store, key } = await placeOf(path);
  return (await loadIdentity(store, { key })).privateKey;
}

/** The key of a file, as {@link readOrCreateKeyFile} has it; without a file a fresh one. */
export async function nodeKey(path: string | undefined): Promise<Uint8Array> {
  return path === undefined ? generatePrivateKey() : readOrCreateKeyFile(path);
}

async function placeOf(path: string): Promise<{ readonly store: Store; readonly key: string }> {
  const whole = resolve(path);
  return { store: await openStore(dirname(whole)), key: basename(whole) };
}
