/**
 * What a node has from the times before: its key, and a database in a folder.
 * @module
 */

import { loadIdentity, NodeDatabase, openStore } from "@peerkit/core/store";
import { nodeKey, readOrCreateKeyFile } from "../key-file.ts";
import type { NodeConfig } from "./config.ts";

/** It is for `new Server`. */
export interface Kept {
  readonly privateKey: Uint8Array;
  /** Absent without a folder. */
  readonly nodeDatabase?: NodeDatabase | undefined;
}

/**
 * Reads it, and makes what isn't there yet; without a key file and a folder the key is a fresh one.
 * Rejects as `readOrCreateKeyFile` and `loadIdentity` do; what is wrong is never replaced.
 */
export async function openKept({
  data,
  keyFile,
}: Pick<NodeConfig, "data" | "keyFile">): Promise<Kept> {
  if (data === undefined) return { privateKey: await nodeKey(keyFile) };
  const store = await openStore(data);
  const privateKey = keyFile
    ? await readOrCreateKeyFile(keyFile)
    : (await loadIdentity(store)).privateKey;
  return { privateKey, nodeDatabase: new NodeDatabase(store) };
}
