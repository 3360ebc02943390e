/**
 * What lasts over restarts and reloads: `@peerkit/core/store`.
 * @module
 */

export { openStore } from "#store";
export {
  createPrivateKey,
  type Identity,
  type IdentityOptions,
  loadIdentity,
  readPrivateKey,
} from "./identity.ts";
export { type MemoryStoreOptions, memoryStore } from "./memory-store.ts";
export {
  type KnownNode,
  NodeDatabase,
  type NodeDatabaseOptions,
  type SealedNodes,
} from "./node-database.ts";
export type { OpenStore } from "./open-store.ts";
export type { Claim, Store } from "./store.ts";
