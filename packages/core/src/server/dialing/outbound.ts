/**
 * Outbound connections: from an address to a peer, or to why there is none.
 * @module
 */

import type { Peer } from "../../devp2p/peer.ts";
import type { Dialed } from "../../devp2p/peer-connection.ts";
import { DiscReason, P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { parseNodeAddresses } from "../../node/address.ts";
import { nodeId } from "../../node/id.ts";
import type { AbortOptions } from "../../transport.ts";
import type { Connections } from "../connections.ts";
import { transportFor } from "../inbound.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { ServerConfig } from "../options.ts";
import type { PeerSet } from "../peer-set.ts";
import type { Tasks } from "../tasks.ts";
import { dial } from "./dial.ts";

/** What outbound connections need of their server. */
export interface OutboundOptions {
  readonly config: ServerConfig;
  /** Our own node id. */
  readonly self: string;
  readonly peers: PeerSet;
  readonly connections: Connections;
  readonly tasks: Tasks;
  readonly metrics: ServerMetrics | undefined;
}

/** What a dial is done for. */
export interface ConnectOptions extends AbortOptions {
  /** Set where the scheduler dials. */
  readonly dialed?: Dialed | undefined;
}

/** Makes the outbound connections of one server. */
export class Outbound {
  readonly #options: OutboundOptions;

  constructor(options: OutboundOptions) {
    this.#options = options;
  }

  /**
   * The address that a text or an address stands for; of a record, the first that a transport takes.
   * @throws P2PError `P2P_ERR_BAD_ADDRESS`.
   */
  address(node: string | NodeAddress): NodeAddress {
    if (typeof node !== "string") return node;
    const addresses = parseNodeAddresses(node);
    return addresses.find(({ scheme }) => this.#hasTransport(scheme)) ?? addresses[0];
  }

  /** Whether a transport takes the address, and it says where the node is. */
  dialable({ scheme, host, port, via }: NodeAddress): boolean {
    // As in go-ethereum, port 0 is a node without TCP.
    const nowhere = scheme === "tcp" && (host === undefined || !port) && via === undefined;
    return !nowhere && this.#hasTransport(scheme);
  }

  /** Resolves to the peer, at once if it is connected already. Rejects with why there is none. */
  async connect(address: NodeAddress, options: ConnectOptions): Promise<Peer> {
    const { config, peers, connections, tasks, metrics } = this.#options;
    const id = nodeId(address.publicKey);
    const connected = peers.get(id);
    if (connected) return connected;
    this.#requireRoom(id);
    const transport = transportFor(config.transports, address.scheme);
    const trace = connections.newTracer();
    trace?.({ type: "dial", address });
    metrics?.dialed();

    const { clock, dialTimeout: timeout } = config;
    const { dialed } = options;
    try {
      return await tasks.run(options.signal, async (control) => {
        const stream = await dial({ transport, address, clock, timeout, control });
        const { signal } = control;
        const { scheme } = address;
        return connections.open({ stream, signal, trace, transport: scheme, address, dialed });
      });
    } catch (error) {
      // Another connection to it was faster.
      const winner = isAlreadyConnected(error) && peers.get(id);
      if (winner) return winner;
      connections.failed(error, { inbound: false, peer: id, trace });
      throw error;
    }
  }

  #hasTransport(scheme: string): boolean {
    return this.#options.config.transports.some(({ schemes }) => schemes.includes(scheme));
  }

  /** @throws P2PError when dialing the node would be for nothing. */
  #requireRoom(id: string): void {
    if (id === this.#options.self) {
      throw new P2PError("this is our own address", { code: "P2P_ERR_SELF" });
    }
    if (this.#options.peers.full) {
      const { maxPeers } = this.#options.config;
      throw new P2PError(`all ${maxPeers} peer slots are taken (option "maxPeers")`, {
        code: "P2P_ERR_TOO_MANY_PEERS",
      });
    }
  }
}

function isAlreadyConnected(error: unknown): boolean {
  return P2PError.is(error) && error.reason === DiscReason.AlreadyConnected;
}
