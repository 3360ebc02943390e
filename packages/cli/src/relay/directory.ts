/**
 * The directory that `--directory` names.
 * @module
 */

import { readFile } from "node:fs/promises";
import type { RelayOptions } from "@peerkit/relay/server";
import type { DirectoryConfig } from "./config.ts";

/** Resolves to the options of a relay that shares it. Rejects where the credentials can't be read. */
export async function openDirectory({
  servers,
  credsFile,
  replicas,
  pipeUrl,
}: DirectoryConfig): Promise<Pick<RelayOptions, "directory" | "pipeUrl">> {
  // Who shares none needs no client for it.
  const { natsDirectory } = await import("@peerkit/relay-nats");
  const access = credsFile === undefined ? {} : { creds: await readFile(credsFile, "utf8") };
  return { directory: natsDirectory({ servers, access, replicas }), pipeUrl };
}
