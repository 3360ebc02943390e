/**
 * What a server and its peers are, as JSON: go-ethereum's `NodeInfo` and `PeerInfo`, field by field.
 * @see https://github.com/ethereum/go-ethereum/blob/02b73d4ea7181464175e0a6cbecc0a3a2655a562/p2p/server.go
 * @module
 */

import type { PeerConnection } from "../devp2p/peer-connection.ts";
import type { Protocol } from "../devp2p/protocol.ts";
import type { ListenAddress, NodeAddress } from "../node/address.ts";
import { formatListenAddress, formatNodeAddress } from "../node/address-text.ts";
import type { LocalNode } from "../node/local-node.ts";

/** What a server is: go-ethereum's `NodeInfo`. */
export interface NodeInfo {
  /** The node id. */
  readonly id: string;
  readonly name: string;
  readonly enode: string;
  readonly enr: string;
  /** Our record's IP address; empty without one. */
  readonly ip: string;
  readonly ports: {
    /** Always 0: there is no discovery over UDP. */
    readonly discovery: number;
    /** The first listener's; 0 without one. */
    readonly listener: number;
  };
  /** The first listener: go-ethereum's `host:port` for TCP, else a whole URL. Empty without one. */
  readonly listenAddr: string;
  /** What each protocol's `nodeInfo` says, by its name; `"unknown"` where it has none. */
  readonly protocols: Readonly<Record<string, unknown>>;
}

/** What a peer is: go-ethereum's `PeerInfo`. */
export interface PeerInfo {
  /** Where we know its record. */
  readonly enr?: string;
  readonly enode: string;
  /** The node id. */
  readonly id: string;
  /** The client's whole name. */
  readonly name: string;
  /** `name/version`. */
  readonly caps: readonly string[];
  readonly network: {
    /** Empty where the platform doesn't tell, as in a page. */
    readonly localAddress: string;
    readonly remoteAddress: string;
    readonly inbound: boolean;
    readonly trusted: boolean;
    readonly static: boolean;
  };
  /**
   * What each protocol's `peerInfo` says, by its name; `"unknown"` where it has none, `"handshake"`
   * where it says nothing yet.
   */
  readonly protocols: Readonly<Record<string, unknown>>;
}

/** Gathers what a server is. */
export function nodeInfo(about: {
  readonly name: string;
  readonly self: NodeAddress;
  readonly localNode: LocalNode;
  readonly protocols: readonly Protocol[];
  readonly listeners: readonly ListenAddress[];
}): NodeInfo {
  const { name, self, localNode, listeners } = about;
  const [first] = listeners;
  const protocols: Record<string, unknown> = {};
  for (const protocol of about.protocols) {
    // Of several versions the first one answers, as in go-ethereum.
    if (Object.hasOwn(protocols, protocol.name)) continue;
    protocols[protocol.name] = protocol.nodeInfo ? protocol.nodeInfo() : "unknown";
  }
  return {
    id: localNode.id,
    name,
    enode: formatNodeAddress(self),
    enr: localNode.enr,
    ip: localNode.ip ?? "",
    ports: { discovery: 0, listener: first?.port ?? 0 },
    listenAddr: first ? formatListenAddress(first).replace(/^tcp:\/\//, "") : "",
    protocols,
  };
}

/** Gathers what the peers are, in order of their ids. */
export function peersInfo(
  peers: Iterable<PeerConnection>,
  protocols: readonly Protocol[],
): readonly PeerInfo[] {
  return [...peers].map((peer) => peerInfo(peer, protocols)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function peerInfo(peer: PeerConnection, own: readonly Protocol[]): PeerInfo {
  const { id, publicKey, address, inbound, trusted } = peer;
  const protocols: Record<string, unknown> = {};
  for (const { name, version } of peer.protocols) {
    const protocol = own.find((each) => each.name === name && each.version === version);
    protocols[name] = protocol?.peerInfo ? (protocol.peerInfo(id) ?? "handshake") : "unknown";
  }
  return {
    ...(address?.enr !== undefined && { enr: address.enr }),
    enode: formatNodeAddress(address ?? { publicKey, scheme: "tcp" }),
    id,
    name: peer.fullname,
    caps: peer.caps.map(({ name, version }) => `${name}/${version}`),
    network: {
      localAddress: peer.localAddress ?? "",
      remoteAddress: peer.remoteAddress ?? "",
      inbound,
      trusted,
      static: peer.staticDialed,
    },
    protocols,
  };
}
