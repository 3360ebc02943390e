/**
 * The options that say who may connect, and their defaults.
 * @module
 */

import type { NodeAddress } from "../../node/address.ts";
import { LAN_NETWORKS, Netlist } from "../../node/netlist.ts";
import { count } from "../option-checks.ts";
import type { DoorRules } from "./door.ts";
import type { GateRules } from "./inbound-gate.ts";
import type { ConnectionLimits } from "./limits.ts";
import { connectionLimits } from "./limits.ts";
import { idOfNode } from "./node-option.ts";

/** Who may connect. All are optional. */
export interface AdmissionOptions {
  /** Connected peers at once; trusted ones come on top. @default 50 */
  readonly maxPeers?: number | undefined;
  /** Inbound connections that are still in their handshakes at once. @default 50 */
  readonly maxPendingPeers?: number | undefined;
  /**
   * One place in so many, and at least one, is kept for nodes that the server dials by itself; the
   * others are for those who dial us. `connect` takes any free place. @default 3 where the server
   * listens; else the places aren't shared
   */
  readonly dialRatio?: number | undefined;
  /**
   * Nodes, as addresses or records, that come in above `maxPeers` and `dialRatio`. They aren't dialed
   * for that. @default none
   */
  readonly trustedNodes?: readonly (string | NodeAddress)[] | undefined;
  /**
   * Networks such as `10.0.0.0/8`: nobody else is let in or dialed. What has no IP address, or one
   * that the platform doesn't tell, passes. @default everywhere
   */
  readonly netRestrict?: readonly string[] | undefined;
  /**
   * How often one address may try to connect; `false` for as often as it likes.
   * @default once in 30 s, but for the local network
   */
  readonly inboundLimit?: InboundLimit | false | undefined;
  /**
   * Networks of reverse proxies whose `X-Forwarded-For` or `Forwarded` header is believed: then what
   * they name counts as the caller's address. Each must write one of the two. @default none
   */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** How often one address may try to connect. All are optional. */
export interface InboundLimit {
  /** Attempts that are let through in one interval. @default 1 */
  readonly attempts?: number | undefined;
  /** In ms, from the first of them on; those that are refused don't lengthen it. @default 30_000 */
  readonly interval?: number | undefined;
  /** Networks that aren't limited. @default loopback, link-local and private ones */
  readonly exempt?: readonly string[] | undefined;
  /** Bits of an IPv6 address that count as one address, 1 to 128. @default 64 */
  readonly ipv6Prefix?: number | undefined;
}

/** The same with every default filled in. */
export interface AdmissionConfig extends ConnectionLimits {
  readonly maxPendingPeers: number;
  /** Node ids. */
  readonly trusted: readonly string[];
  readonly door: DoorRules;
}

/**
 * Fills in the defaults.
 * @throws TypeError or RangeError naming the option that is wrong.
 */
export function admissionConfig(
  options: AdmissionOptions & { readonly noDial?: boolean | undefined },
  listens: boolean,
): AdmissionConfig {
  const { netRestrict, trustedProxies = [], trustedNodes = [], dialRatio } = options;
  if (!Array.isArray(trustedNodes)) throw new TypeError("trustedNodes: expected an array of nodes");
  return {
    ...connectionLimits({
      maxPeers: count(options.maxPeers, 50, "maxPeers"),
      dialRatio: dialRatio === undefined ? undefined : count(dialRatio, 0, "dialRatio", 1),
      listens,
      noDial: options.noDial ?? false,
    }),
    maxPendingPeers: count(options.maxPendingPeers, 50, "maxPendingPeers"),
    trusted: trustedNodes.map((node) => idOfNode(node, "trustedNodes")),
    door: {
      netRestrict: netRestrict && new Netlist(netRestrict, "netRestrict"),
      gate: gateRules(options.inboundLimit),
      trustedProxies: new Netlist(trustedProxies, "trustedProxies"),
    },
  };
}

function gateRules(limit: InboundLimit | false = {}): GateRules | undefined {
  if (limit === false) return undefined;
  if (typeof limit !== "object" || limit === null) {
    throw new TypeError("inboundLimit: expected an object or false");
  }
  const ipv6Prefix = count(limit.ipv6Prefix, 64, "inboundLimit.ipv6Prefix", 1);
  if (ipv6Prefix > 128) {
    throw new RangeError(`inboundLimit.ipv6Prefix: expected at most 128, got ${ipv6Prefix}`);
  }
  return {
    attempts: count(limit.attempts, 1, "inboundLimit.attempts", 1),
    interval: count(limit.interval, 30_000, "inboundLimit.interval", 1),
    exempt: new Netlist(limit.exempt ?? LAN_NETWORKS, "inboundLimit.exempt"),
    ipv6Prefix,
  };
}
