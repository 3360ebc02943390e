/**
 * The transport that `tcp()` makes: dialing and listening with `node:net`.
 * @module
 */

import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type {
  AbortOptions,
  ByteStream,
  Clock,
  ListenAddress,
  Listener,
  ListenHandlers,
  NodeAddress,
  Transport,
} from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import { dialError, endpoints, formatHostPort, listenError } from "@peerkit/core/transport-kit";
import { reset, socketStream } from "./socket-stream.ts";

/** Settings of {@link tcp}. */
export interface TcpOptions {
  /** How many connections the system holds that were not accepted yet. @default 511 */
  readonly backlog?: number;
  /** For the time limit of `close()`. @default the system's */
  readonly clock?: Clock;
}

/** Makes a transport for the scheme `tcp`. It has no state: listeners are closed one by one. */
export function tcp(options: TcpOptions = {}): Transport {
  return {
    name: "tcp",
    schemes: ["tcp"],
    dial: (address, abort) => dial(address, options, abort),
    listen: (address, handlers, abort) => listen(address, handlers, options, abort),
  };
}

function dial(
  { host, port }: NodeAddress,
  options: TcpOptions,
  { signal }: AbortOptions = {},
): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    if (host === undefined || port === undefined) {
      throw new P2PError("the address has no host and port to dial", {
        code: "P2P_ERR_DIAL_FAILED",
      });
    }
    const socket = connect({ host, port, allowHalfOpen: true });
    const settle = () => {
      socket.off("connect", onConnect);
      socket.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
    };
    const onConnect = () => {
      settle();
      resolve(socketStream(socket, options));
    };
    const onError = (cause: Error) => {
      settle();
      reject(dialError(`tcp://${formatHostPort(host, port)}`, cause));
    };
    const onAbort = () => {
      settle();
      // What still comes of the attempt is nobody's business any more.
      socket.on("error", () => {});
      socket.destroy();
      reject(signal?.reason);
    };
    socket.on("connect", onConnect);
    socket.on("error", onError);
    signal?.addEventListener("abort", onAbort);
  });
}

function listen(
  address: ListenAddress,
  handlers: ListenHandlers,
  options: TcpOptions,
  { signal }: AbortOptions = {},
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const { host, port } = address;
    const server = createServer({ allowHalfOpen: true }, (socket) =>
      take(socket, handlers, options),
    );
    const settle = () => {
      server.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
    };
    const onError = (cause: Error) => {
      settle();
      reject(listenError(`tcp://${formatHostPort(host, port)}`, cause));
    };
    const onAbort = () => {
      settle();
      server.close();
      reject(signal?.reason);
    };
    server.on("error", onError);
    signal?.addEventListener("abort", onAbort);
    server.listen({ host, port, backlog: options.backlog ?? 511 }, () => {
      settle();
      // A connection that can't be accepted (too many open files) is one connection's failure.
      server.on("error", () => {});
      resolve(openListener(server, address));
    });
  });
}

function openListener(server: Server, address: ListenAddress): Listener {
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
  return {
    address: { ...address, port },
    async close() {
      // The port is free when this returns; the server's "close" waits for the streams as well.
      server.close();
    },
  };
}

function take(socket: Socket, handlers: ListenHandlers, options: TcpOptions): void {
  const admitted = handlers.admit(endpoints(socket));
  if (admitted === true) {
    handlers.onStream(socketStream(socket, options));
    return;
  }
  // TCP has no words for a refusal.
  socket.on("error", () => {});
  reset(socket);
}
