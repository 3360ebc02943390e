/**
 * What a relay is made of, and its defaults.
 * @module
 */

import type { Clock, ListenAddress, Logger, Metrics, Protocol, Random } from "@peerkit/core";
import { parseListenAddress, silentLogger, systemClock, systemRandom } from "@peerkit/core";
import { Netlist } from "@peerkit/core/transport-kit";
import type { AttachableServer } from "@peerkit/ws";
import type { PartialLimits, RelayLimits } from "./budgets/limits.ts";
import { resolveLimits } from "./budgets/limits.ts";
import type { Directory } from "./neighbours/directory.ts";
import { lookupAll } from "./policy/dial-target.ts";
import type { AllowedTarget, Lookup } from "./policy/policy.ts";
import { Policy } from "./policy/policy.ts";
import type { RoomLimits } from "./rooms/rooms.ts";
import { DEFAULT_ROOM_LIMITS } from "./rooms/rooms.ts";

/** The part of the options that `reload` takes. All are optional. */
export interface RelayPolicy {
  /** The TCP nodes that may be dialed: exactly these keys at these hosts and ports. @default none */
  readonly allow?: readonly (string | AllowedTarget)[] | undefined;
  /**
   * Networks such as `203.0.113.0/24`, in which **any** key at **any** host and port may be dialed by
   * anyone who reaches the relay: also what isn't an Ethereum node. Special addresses are among them
   * only where the network is one of those itself. @default none
   */
  readonly dangerouslyAllowNetworks?: readonly string[] | undefined;
  /** Origins whose pages may use the relay. Programs that send no Origin are not asked. @default any */
  readonly origins?: readonly string[] | undefined;
  /** Budgets per key, per address and per origin. @default `DEFAULT_LIMITS` */
  readonly limits?: PartialLimits | undefined;
}

/** The options of `createRelay`. All are optional. */
export type RelayOptions = RelaySettings & RelayPolicy;

/** The part of the options that a running relay keeps. All are optional. */
export interface RelaySettings {
  /** 32 bytes. @default a fresh one, which is gone with the relay */
  readonly privateKey?: Uint8Array | undefined;
  /** The client name in its Hello. @default `simpleClientIdentity("peerkit-relay", …)` */
  readonly name?: string | undefined;
  /**
   * Where to listen. Pipes are opened at the `ws` and `wss` ones only.
   * @default `["ws://127.0.0.1:0/p2p"]`
   */
  readonly listen?: readonly string[] | undefined;
  /** An HTTP or HTTPS server to attach the `ws` and `wss` listeners to. @default one for each */
  readonly server?: AttachableServer | undefined;
  /**
   * Networks of reverse proxies whose `X-Forwarded-For` or `Forwarded` header says who calls, as in
   * `ServerOptions`. @default none
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Protocols beside `relay/1` and `rooms/1`. @default none */
  readonly protocols?: readonly Protocol[] | undefined;
  /** Connected nodes at once. @default 10_000 */
  readonly maxPeers?: number | undefined;
  /** Nodes in their handshakes at once. @default 200 */
  readonly maxPendingPeers?: number | undefined;
  /** Nodes that may be reachable at once. @default 10_000 */
  readonly maxReservations?: number | undefined;
  /** Pipes at once, open ones and those that wait for their ends. @default 2_000 */
  readonly maxPipes?: number | undefined;
  /**
   * The largest message of a protocol that a node may send to the relay itself, in bytes: so much may
   * each of `maxPeers` hold up with one that doesn't come to its end. From 2048. @default 16_384
   */
  readonly maxMessageBytes?: number | undefined;
  /** How long one side of a pipe may take no bytes, in ms. @default 20_000 */
  readonly writeTimeout?: number | undefined;
  /** How long nothing at all may come through a pipe, in ms. @default 60_000 */
  readonly idleTimeout?: number | undefined;
  /** The bounds of its rooms. @default `DEFAULT_ROOM_LIMITS` */
  readonly rooms?: Partial<RoomLimits> | undefined;
  /**
   * Shared with other relays: a node at one of them reaches those at the others, and their rooms are
   * one. @default none: a relay knows its own nodes
   */
  readonly directory?: Directory | undefined;
  /**
   * Where the other relays of the directory open pipes, such as `ws://10.0.0.5:8080/p2p`.
   * @default the first `ws` or `wss` URL that it listens at, which only this machine may reach
   */
  readonly pipeUrl?: string | undefined;
  /** Looks up names of TCP nodes. @default the system's resolver */
  readonly lookup?: Lookup | undefined;
  /** Takes the metrics of its `Server`. @default none */
  readonly metrics?: Metrics | undefined;
  /** Takes what its `Server` logs. @default says nothing */
  readonly logger?: Logger | undefined;
  /** For every time limit. @default the platform's */
  readonly clock?: Clock | undefined;
  /** For tokens and keys. @default the platform's */
  readonly random?: Random | undefined;
}

/** The policy with every default filled in. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  readonly origins: ReadonlySet<string> | undefined;
  readonly limits: RelayLimits;
}

/** The bounds that decide how much memory a relay takes. */
export interface RelayBounds {
  readonly maxPeers: number;
  readonly maxPendingPeers: number;
  readonly maxReservations: number;
  readonly maxPipes: number;
  readonly maxMessageBytes: number;
  readonly rooms: RoomLimits;
}

/** Options with every default filled in. */
export interface RelayConfig extends ResolvedPolicy, RelayBounds {
  readonly listen: readonly string[];
  readonly trustedProxies: Netlist;
  readonly writeTimeout: number;
  readonly idleTimeout: number;
  readonly directory: Directory | undefined;
  readonly pipeAddress: ListenAddress | undefined;
  readonly lookup: Lookup;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Fills in the defaults.
 * @throws TypeError or RangeError naming the option that is wrong; P2PError `P2P_ERR_BAD_ADDRESS`.
 */
export function resolveOptions(options: RelayOptions): RelayConfig {
  return {
    ...resolvePolicy(options),
    listen: options.listen ?? ["ws://127.0.0.1:0/p2p"],
    trustedProxies: new Netlist(options.trustedProxies ?? [], "trustedProxies"),
    maxPeers: count(options.maxPeers, 10_000, "maxPeers"),
    maxPendingPeers: count(options.maxPendingPeers, 200, "maxPendingPeers"),
    maxReservations: count(options.maxReservations, 10_000, "maxReservations"),
    maxPipes: count(options.maxPipes, 2_000, "maxPipes"),
    // Its `Server` says which numbers are right.
    maxMessageBytes: options.maxMessageBytes ?? 16_384,
    writeTimeout: count(options.writeTimeout, 20_000, "writeTimeout"),
    idleTimeout: count(options.idleTimeout, 60_000, "idleTimeout"),
    rooms: { ...DEFAULT_ROOM_LIMITS, ...options.rooms },
    directory: options.directory,
    pipeAddress: options.pipeUrl === undefined ? undefined : pipeAddress(options.pipeUrl),
    lookup: options.lookup ?? lookupAll,
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}

/**
 * The part that may change while a relay runs.
 * @throws As {@link resolveOptions}.
 */
export function resolvePolicy(options: RelayPolicy): ResolvedPolicy {
  return {
    policy: new Policy(options),
    origins: options.origins && new Set(options.origins),
    limits: resolveLimits(options.limits),
  };
}

function pipeAddress(url: string): ListenAddress {
  const address = parseListenAddress(url);
  const { scheme, port } = address;
  if (port !== 0 && (scheme === "ws" || scheme === "wss")) return address;
  throw new RangeError(`pipeUrl: expected a ws or wss URL with a port, got "${url}"`);
}

function count(value: number | undefined, fallback: number, title: string): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${title}: expected an integer from 0, got ${value}`);
  }
  return value;
}
