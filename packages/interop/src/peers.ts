/**
 * The other implementations, by name.
 * @module
 */

import type { PeerKind } from "./case.ts";
import { startDevp2p } from "./devp2p-process.ts";
import { startGeth } from "./geth-process.ts";
import type { PeerProcess } from "./peer-process.ts";

/** Every implementation and how its program is started, in the order of the table. */
export const PEERS: ReadonlyMap<PeerKind, () => Promise<PeerProcess>> = new Map([
  ["go-ethereum", startGeth],
  ["@ethereumjs/devp2p", startDevp2p],
]);
