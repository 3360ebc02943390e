/**
 * The connection below NATS's client, with two of its habits mended: a socket that it gives up before a
 * server has spoken lived on, and one that was closed while its server went threw its last error at
 * nobody, which ends a process. Leans on the client's inside: its version is exact in `package.json`.
 * @module
 */

import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/transport-node";
import { NodeTransport, nodeResolveHost } from "@nats-io/transport-node/lib/node_transport.js";

/**
 * Connects as the client's own `connect` does, over such transports. The client has one factory of them
 * for the process, which every `connect` sets, ours as its own.
 */
export function connectNats(options: NodeConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new NatsTransport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

class NatsTransport extends NodeTransport {
  override async dial({ hostname, port }: { hostname: string; port: number }): Promise<Socket> {
    // Known before it is connected, so that it can be given up before that.
    this.socket = connect({ host: hostname, port, noDelay: true });
    await once(this.socket, "connect");
    return this.socket;
  }

  override close(error?: Error): Promise<void> {
    const socket: Socket | undefined = this.socket;
    const closed = super.close(error);
    this.discard();
    socket?.on("error", ignore);
    return closed;
  }

  override discard(): void {
    const socket: Socket | undefined = this.socket;
    super.discard();
    socket?.on("error", ignore);
  }
}

/** Nobody uses the socket any more. */
function ignore(): void {}
