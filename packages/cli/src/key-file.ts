/**
 * A node's private key in a file: 64 hex digits and a newline, for its owner's eyes only.
 * @module
 */

import { mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { bytesToHex, generatePrivateKey, hexToBytes, isPrivateKey, P2PError } from "@peerkit/core";

/**
 * Reads the private key (32 bytes) of a file. Rejects with `P2P_ERR_BAD_KEY_FILE` when the file
 * holds no key, and with the system's error when it can't be read.
 */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const text = (await readFile(path, "latin1")).trim();
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw badKeyFile(path, "it is not 64 hex digits");
  const key = hexToBytes(text);
  if (!isPrivateKey(key)) throw badKeyFile(path, "its number is not a secp256k1 private key");
  return key;
}

/**
 * Makes a fresh private key and keeps it in a new file, readable by its owner only. Resolves with
 * the key once it is on disk. Rejects with the system's error, `EEXIST` when there is such a file.
 */
export async function createKeyFile(path: string): Promise<Uint8Array> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx", 0o600);
  const key = generatePrivateKey();
  try {
    await file.writeFile(`${bytesToHex(key)}\n`);
    await file.sync();
  } catch (error) {
    // Half a key would be refused for ever after.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return key;
}

/** Reads the key of a file, or creates the file. Rejects as the two do; a bad file is never replaced. */
export async function readOrCreateKeyFile(path: string): Promise<Uint8Array> {
  try {
    return await readKeyFile(path);
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    return createKeyFile(path);
  }
}

/** True for an error of the operating system with this code. */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function badKeyFile(path: string, why: string): P2PError {
  return new P2PError(
    `${path} is not a key file: ${why}; it was left as it is, move it away to get a new key`,
    { code: "P2P_ERR_BAD_KEY_FILE" },
  );
}
