/**
 * One dial, with its time limit.
 * @module
 */

import type { AbortControl, Clock } from "../../env.ts";
import { P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { formatNodeAddress } from "../../node/address-text.ts";
import { formatIp, ipOf } from "../../node/ip.ts";
import type { Netlist } from "../../node/netlist.ts";
import { setTimeLimit } from "../../time-limit.ts";
import type { ByteStream, Transport } from "../../transport.ts";

/** What to dial, and what ends it. */
export interface DialOptions {
  readonly transport: Transport;
  readonly address: NodeAddress;
  readonly clock: Clock;
  /** In ms. */
  readonly timeout: number;
  /** The only networks that are dialed, where an IP address is known; absent where all are. */
  readonly netRestrict: Netlist | undefined;
  /** Ends the dial with its reason; aborted when time is up. */
  readonly control: AbortControl;
}

/**
 * Opens a stream. Rejects with `P2P_ERR_DIAL_TIMEOUT`, with `P2P_ERR_NET_RESTRICTED`, or what the
 * transport rejects with.
 */
export async function dial(options: DialOptions): Promise<ByteStream> {
  const { transport, address, clock, timeout, control, netRestrict } = options;
  const outside = restriction(address.host, netRestrict);
  if (outside) throw outside;
  const cancel = setTimeLimit(clock, timeout, () => control.abort(timedOut(address, timeout)));
  try {
    const stream = await transport.dial(address, { signal: control.signal });
    // Where a name has led, as far as the platform tells.
    const strayed = restriction(stream.remoteAddress, netRestrict);
    if (!strayed) return stream;
    stream.abort(strayed);
    throw strayed;
  } finally {
    cancel();
  }
}

/** Why a host or an address isn't to be reached, where its IP address is known. */
export function restriction(
  where: string | undefined,
  allowed: Netlist | undefined,
): P2PError | undefined {
  const ip = allowed && ipOf(where ?? "");
  if (!ip || allowed?.contains(ip)) return undefined;
  return new P2PError(`${formatIp(ip)} isn't in the networks of "netRestrict"`, {
    code: "P2P_ERR_NET_RESTRICTED",
  });
}

function timedOut(address: NodeAddress, timeout: number): P2PError {
  return new P2PError(`no answer from ${formatNodeAddress(address)} within ${timeout / 1000} s`, {
    code: "P2P_ERR_DIAL_TIMEOUT",
  });
}
