/**
 * How a server's places are shared between those who dial us and those whom we dial.
 * @module
 */

/** go-ethereum's: one place in three is for those whom we dial. */
const DEFAULT_DIAL_RATIO = 3;

/** How many peers there may be at once. */
export interface ConnectionLimits {
  readonly maxPeers: number;
  /** How many of them may have dialed us. */
  readonly maxInboundConns: number;
  /** How many of them the server dials by itself. */
  readonly maxDialedConns: number;
}

/** Shares the places; a server that nobody can dial, and that has no ratio, doesn't share them. */
export function connectionLimits(options: {
  readonly maxPeers: number;
  readonly dialRatio: number | undefined;
  readonly listens: boolean;
  readonly noDial: boolean;
}): ConnectionLimits {
  const { maxPeers, listens, noDial } = options;
  if (noDial) return { maxPeers, maxInboundConns: maxPeers, maxDialedConns: 0 };
  const { dialRatio = listens ? DEFAULT_DIAL_RATIO : undefined } = options;
  if (dialRatio === undefined || maxPeers === 0) {
    return { maxPeers, maxInboundConns: maxPeers, maxDialedConns: maxPeers };
  }
  const maxDialedConns = Math.max(1, Math.floor(maxPeers / dialRatio));
  return { maxPeers, maxInboundConns: maxPeers - maxDialedConns, maxDialedConns };
}
