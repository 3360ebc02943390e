/**
 * A tab for tests: runs in a frame or a worker of its own, takes an identity and tells who it is.
 * @module
 */

import { publicKeyOf } from "../crypto/secp256k1.ts";
import { nodeId } from "../node/id.ts";
import { loadIdentity, openStore } from "./index.ts";

/** What a tab is to do; it is the tab's `name`. */
export interface TabOrder {
  /** The channel that it answers on. */
  readonly channel: string;
  /** The store's. */
  readonly location: string;
  /** False: as in an insecure context. */
  readonly locks?: boolean;
  /** What the browser lets it have of IndexedDB. */
  readonly indexedDb?: "missing" | "refused";
}

/** What it answers. */
export interface TabAnswer {
  readonly id?: string;
  readonly persisted?: boolean;
  readonly reason?: string | undefined;
  readonly error?: string;
}

const order = JSON.parse(self.name) as TabOrder;
if (order.locks === false) Object.defineProperty(navigator, "locks", { value: undefined });
if (order.indexedDb === "missing") Object.defineProperty(self, "indexedDB", { value: undefined });
if (order.indexedDb === "refused") {
  const refuse = () => {
    throw new DOMException("access to storage is denied", "SecurityError");
  };
  Object.defineProperty(self, "indexedDB", { get: refuse });
}

const answers = new BroadcastChannel(order.channel);
answers.postMessage(await answer());

async function answer(): Promise<TabAnswer> {
  try {
    const { privateKey, persisted, reason } = await loadIdentity(await openStore(order.location));
    return { id: nodeId(publicKeyOf(privateKey)), persisted, reason };
  } catch (error) {
    return { error: String(error) };
  }
}
