/**
 * The ends of a socket, as streams tell them.
 * @module
 */

import { formatHostPort } from "./errors.ts";

/** What Node's sockets know of their ends, while they know it. */
export interface SocketEnds {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** Both ends as `host:port`, as far as the socket still knows them. */
export function endpoints(socket: SocketEnds): { remoteAddress?: string; localAddress?: string } {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return {
    ...(remoteAddress !== undefined &&
      remotePort !== undefined && { remoteAddress: formatHostPort(remoteAddress, remotePort) }),
    ...(localAddress !== undefined &&
      localPort !== undefined && { localAddress: formatHostPort(localAddress, localPort) }),
  };
}
