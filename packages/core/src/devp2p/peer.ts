/**
 * A connected peer, as protocols and the server's users see it.
 * @module
 */

import type { DisconnectError, DiscReason } from "../errors.ts";
import type { NodeAddress } from "../node/address.ts";
import type { Capability, SharedCapability } from "../trace.ts";
import type { AbortOptions } from "../transport.ts";
import type { MsgWriter } from "./message.ts";
import type { PeerTraffic } from "./traffic.ts";

/** A connected peer. Its key is proved. */
export interface Peer {
  /** Its node id: 64 hex digits, the keccak-256 of its public key. */
  readonly id: string;
  /** 64 bytes. */
  readonly publicKey: Uint8Array;
  /** The client's name, cut to 20 characters. It says what it likes. */
  readonly name: string;
  /** The client's whole name. */
  readonly fullname: string;
  /** The version of devp2p's base protocol that it speaks. */
  readonly version: number;
  /** What its Hello lists. */
  readonly caps: readonly Capability[];
  /** What runs on this connection, with the place of each in the code space. */
  readonly protocols: readonly SharedCapability[];
  /** True when it dialed us. */
  readonly inbound: boolean;
  /** Trusted peers are let in above `maxPeers`. */
  readonly trusted: boolean;
  /** True when it was dialed because it is to be kept: `staticNodes`, `addPeer`. */
  readonly staticDialed: boolean;
  /** True when it was dialed because a protocol proposed it: `dialCandidates`. */
  readonly dynDialed: boolean;
  /** True when nobody in between can read along. RLPx v5 is not sealed. */
  readonly sealed: boolean;
  /**
   * 32 bytes that only the two ends of a sealed session know, both the same: to bind something else
   * to this connection. Absent in RLPx v5.
   */
  readonly exporter: Uint8Array | undefined;
  /** The scheme it is connected by: `tcp`, `ws`, `wss`, or another transport's. */
  readonly transport: string;
  /** The address that we dialed; absent for inbound peers. */
  readonly address: NodeAddress | undefined;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
  /** How long it has been connected, in ms. */
  readonly lifetime: number;
  /** The last round trip in ms; absent before the first pong. */
  readonly latency: number | undefined;
  /** What went over the connection so far. */
  readonly traffic: PeerTraffic;
  /** Resolves when the connection has ended, to why it did. Never rejects. */
  readonly closed: Promise<DisconnectError>;

  /**
   * Leaves the peer with a reason, `Requested` by default. Returns at once; the reason is sent
   * unless it is `NetworkError`. Does nothing when it is left already.
   */
  disconnect(reason?: DiscReason): void;
  /** Sends a ping; resolves to its round trip in ms. Rejects when the peer leaves or on the signal. */
  ping(options?: AbortOptions): Promise<number>;
  /** True when one of the versions of the protocol is running. */
  runningCap(name: string, versions: readonly number[]): boolean;
  /** Sends from outside `run`, a button's handler say. Absent when the protocol isn't shared. */
  writer(protocol: Capability): MsgWriter | undefined;
}

const SHORT_NAME = 20;

/** A client's name as lists show it. */
export function shortName(fullname: string): string {
  const characters = [...fullname];
  return characters.length > SHORT_NAME
    ? `${characters.slice(0, SHORT_NAME).join("")}...`
    : fullname;
}
