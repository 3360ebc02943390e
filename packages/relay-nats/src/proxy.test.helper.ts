/**
 * Something between a client and its server that can be cut, for tests.
 * @module
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server. */
export interface Proxy {
  readonly url: string;
  /** Drops all connections, and from now on those that come. */
  cut(): void;
  /** Drops all connections, and from now on says nothing to those that come. */
  hush(): void;
  /** Passes on those that come from now on. */
  mend(): void;
  /** How many connections are open to whom nothing is said. */
  hushed(): number;
}

/** Opens a way to the NATS server at that port. Closed after the test. */
export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const hushed = new Set<Socket>();
  let take = (near: Socket): void => pass(near, port, sockets);
  const server = createServer((near) => take(near));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const drop = () => {
    for (const socket of [...sockets, ...hushed]) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    drop();
  });
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      take = (near) => near.destroy();
      drop();
    },
    hush() {
      take = (near) => {
        keep(near, hushed);
        near.resume();
      };
      drop();
    },
    mend() {
      take = (near) => pass(near, port, sockets);
    },
    hushed: () => hushed.size,
  };
}

function pass(near: Socket, port: number, sockets: Set<Socket>): void {
  const far = connect(port, "127.0.0.1");
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    keep(socket, sockets);
    socket.on("close", () => other.destroy());
    socket.pipe(other);
  }
}

function keep(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on("error", () => {});
  socket.on("close", () => sockets.delete(socket));
}
