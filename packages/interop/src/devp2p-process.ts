/**
 * Starts `@ethereumjs/devp2p` in a Node process of its own.
 * @module
 */

import { fileURLToPath } from "node:url";
import { PeerProcess } from "./peer-process.ts";

const SCRIPT = fileURLToPath(new URL("../devp2p/peer.mjs", import.meta.url));

/** Starts the program with the Node that runs this one. */
export function startDevp2p(): Promise<PeerProcess> {
  return PeerProcess.start(process.execPath, [SCRIPT]);
}
