/**
 * `node:net` and nothing on top: the ceiling of what runs over TCP.
 * @module
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Accept, Contestant, Link } from "../link.ts";

/** Makes the contestant. `corked` gathers what is sent in a tick into one write. */
export function rawTcp({ corked = false } = {}): Contestant {
  return {
    async listen(accept) {
      const server = createServer({ noDelay: true }, (socket) => attach(socket, accept, corked));
      server.listen(0, "127.0.0.1", 4096);
      await once(server, "listening");
      return `${(server.address() as AddressInfo).port}`;
    },
    async dial(address, accept) {
      const socket = connect({ port: Number(address), host: "127.0.0.1", noDelay: true });
      const link = attach(socket, accept, corked);
      await once(socket, "connect");
      return link;
    },
  };
}

function attach(socket: Socket, accept: Accept, corked: boolean): Link {
  const link = new SocketLink(socket, corked);
  socket.on("data", accept(link));
  // A reset is how a link ends here.
  socket.on("error", () => {});
  return link;
}

class SocketLink implements Link {
  readonly #socket: Socket;
  readonly #corked: boolean;

  constructor(socket: Socket, corked: boolean) {
    this.#socket = socket;
    this.#corked = corked;
  }

  send(message: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    if (this.#corked && socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    if (socket.write(message)) return undefined;
    // What waits for room must be on its way.
    if (socket.writableCorked > 0) socket.uncork();
    return socket.writableNeedDrain ? once(socket, "drain").then(() => {}) : undefined;
  }

  async close(): Promise<void> {
    // A reset leaves no port in TIME_WAIT: thousands of connections follow one another.
    this.#socket.resetAndDestroy();
  }
}
