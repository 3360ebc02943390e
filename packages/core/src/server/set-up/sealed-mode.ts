/**
 * Whether one connection may, must or must not be sealed.
 * @see docs/wire/sealed.md, section 1
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";
import type { SealedMode } from "../../rlpx/sealed-offer.ts";
import type { ByteStream } from "../../transport.ts";

/**
 * The server's option, unless a relay stands in between: it must not be able to read along where
 * both ends can be sealed.
 */
export function sealedMode(
  option: SealedMode,
  stream: Pick<ByteStream, "requireSealed">,
  address: NodeAddress | undefined,
): SealedMode {
  const onlyByRelay = address?.via !== undefined && address.host === undefined;
  return stream.requireSealed || onlyByRelay ? "require" : option;
}
