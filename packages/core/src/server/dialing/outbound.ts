/**
 * Outbound connections: from an address to a peer, or to why there is none.
 * @module
 */

import type { Peer } from "../../devp2p/peer.ts";
import type { Dialed } from "../../devp2p/peer-connection.ts";
import { DiscReason, P2PError } from "../../errors.ts";
import type { NodeAddress } from "../../node/address.ts";
import { parseNodeAddresses } from "../../node/address-text.ts";
import { nodeId } from "../../node/id.ts";
import type { Tracer } from "../../trace.ts";
import type { AbortOptions, Transport } from "../../transport.ts";
import type { Roster } from "../admission/roster.ts";
import type { Life } from "../life.ts";
import type { ServerMetrics } from "../metrics.ts";
import type { ServerConfig } from "../options.ts";
import type { Connections } from "../set-up/connections.ts";
import { findTransport, schemeOf, transportFor } from "../transports.ts";
import { dial, restriction } from "./dial.ts";
import { DialTurns } from "./dial-turns.ts";

/** What outbound connections need of their server. */
export interface OutboundOptions {
  readonly config: ServerConfig;
  readonly roster: Roster;
  readonly connections: Connections;
  readonly life: Life;
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
  readonly #turns = new DialTurns();

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
    return addresses.find((each) => this.#hasTransport(each)) ?? addresses[0];
  }

  /** Whether its network may be dialed, as far as the address tells. */
  allowed({ host }: NodeAddress): boolean {
    return restriction(host, this.#options.config.door.netRestrict) === undefined;
  }

  /** Whether a transport takes the address, and it says where the node is. */
  dialable(address: NodeAddress): boolean {
    const { scheme, host, port, via } = address;
    // As in go-ethereum, port 0 is a node without TCP.
    const nowhere = scheme === "tcp" && (host === undefined || !port) && via === undefined;
    return !nowhere && this.#hasTransport(address);
  }

  /**
   * Resolves to the peer, at once if it is connected already. Rejects with why there is none. One dial
   * to a node at a time: who comes meanwhile waits, and finds it connected.
   */
  async connect(address: NodeAddress, options: ConnectOptions): Promise<Peer> {
    const id = nodeId(address.publicKey);
    const connected = this.#options.roster.peers.get(id);
    if (connected && !connected.end) return connected;
    return this.#turns.take(id, options.signal, () => this.#connect(id, address, options));
  }

  async #connect(id: string, address: NodeAddress, options: ConnectOptions): Promise<Peer> {
    const { roster, connections, life, metrics } = this.#options;
    life.requireRunning();
    const connected = roster.peers.get(id);
    if (connected && !connected.end) return connected;
    // One that has ended, whose protocols aren't done yet.
    if (connected) await roster.gone(connected);
    this.#requireRoom(id);
    const transport = transportFor(this.#options.config.transports, schemeOf(address));
    const trace = connections.newTracer();
    trace?.({ type: "dial", address });
    metrics?.dialed();
    try {
      return await this.#open({ id, transport, address, trace }, options);
    } catch (error) {
      connections.failed(error, { inbound: false, peer: id, trace });
      throw error;
    }
  }

  #open({ id, transport, address, trace }: OneDial, options: ConnectOptions): Promise<Peer> {
    const { life, connections, config } = this.#options;
    const { clock, dialTimeout: timeout, door } = config;
    const { netRestrict } = door;
    const { dialed, signal: cancelled } = options;
    return life.run(cancelled, async (control) => {
      const stream = await dial({ transport, address, clock, timeout, control, netRestrict });
      const { signal } = control;
      const scheme = schemeOf(address);
      return connections.openDialed({
        stream,
        signal,
        trace,
        transport: scheme,
        address,
        id,
        dialed,
      });
    });
  }

  #hasTransport(address: NodeAddress): boolean {
    return findTransport(this.#options.config.transports, schemeOf(address)) !== undefined;
  }

  /** @throws P2PError when dialing the node would be for nothing. */
  #requireRoom(id: string): void {
    const refused = this.#options.roster.peers.refusal({ id, inbound: false });
    if (refused?.reason === DiscReason.Self) {
      throw new P2PError("this is our own address", { code: "P2P_ERR_SELF" });
    }
    if (refused) throw new P2PError(refused.message, { code: "P2P_ERR_TOO_MANY_PEERS" });
  }
}

interface OneDial {
  readonly id: string;
  readonly transport: Transport;
  readonly address: NodeAddress;
  readonly trace: Tracer | undefined;
}
