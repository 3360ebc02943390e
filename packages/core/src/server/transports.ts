/**
 * Which transport an address goes to.
 * @module
 */

import { P2PError } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import type { Transport } from "../transport.ts";

/** The scheme that an address is dialed by. */
export function schemeOf({ scheme, via }: NodeAddress): string {
  return via === undefined ? scheme : "via";
}

/** The transport for a scheme, if there is one. */
export function findTransport(
  transports: readonly Transport[],
  scheme: string,
): Transport | undefined {
  return transports.find(({ schemes }) => schemes.includes(scheme));
}

/**
 * As `findTransport`.
 * @throws P2PError `P2P_ERR_NO_TRANSPORT`, naming those there are.
 */
export function transportFor(transports: readonly Transport[], scheme: string): Transport {
  const found = findTransport(transports, scheme);
  if (found) return found;
  const names = transports.map((transport) => transport.name).join(", ") || "none";
  throw new P2PError(
    `no transport for ${scheme}: pass one in the option "transports", which has ${names}`,
    { code: "P2P_ERR_NO_TRANSPORT" },
  );
}
