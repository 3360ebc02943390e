/**
 * Nodes that a caller names: by an address, a record, or the parts of an address.
 * @module
 */

import { isPublicKey } from "../../crypto/secp256k1.ts";
import type { NodeAddress } from "../../node/address.ts";
import { parseNodeAddresses } from "../../node/address-text.ts";
import { nodeId } from "../../node/id.ts";

/**
 * The id of a node.
 * @throws TypeError or RangeError naming `title`.
 */
export function idOfNode(node: string | NodeAddress, title: string): string {
  if (typeof node === "string") return nodeId(publicKeyOf(node, title));
  const key: unknown = node?.publicKey;
  if (!(key instanceof Uint8Array && isPublicKey(key)))
    throw new TypeError(`${title}: expected a node's address`);
  return nodeId(key);
}

function publicKeyOf(text: string, title: string): Uint8Array {
  try {
    return parseNodeAddresses(text)[0].publicKey;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`${title}: ${why}`, { cause });
  }
}
