/**
 * The package `ws` and nothing on top: the ceiling of what runs over WebSocket in Node.
 * @module
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import type { Accept, Contestant, Link } from "../link.ts";

/** Above this many unsent bytes the sender waits. */
const HIGH_WATER = 1_048_576;

/** Makes the contestant. `corked` gathers what is sent in a tick into one write. */
export function rawWs({ corked = false } = {}): Contestant {
  const options = { perMessageDeflate: false };
  return {
    async listen(accept) {
      const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096, ...options });
      server.on("connection", (socket, request) => attach(socket, request.socket, accept, corked));
      await once(server, "listening");
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async dial(address, accept) {
      const socket = new WebSocket(address, options);
      const upgraded = once(socket, "upgrade");
      await once(socket, "open");
      const [response] = await upgraded;
      return attach(socket, response.socket, accept, corked);
    },
  };
}

function attach(socket: WebSocket, under: Socket, accept: Accept, corked: boolean): Link {
  const link = new WebSocketLink(socket, under, corked);
  const receive = accept(link);
  socket.on("message", (data) => receive(data as Buffer));
  // A dropped connection is how a link ends here.
  socket.on("error", () => {});
  return link;
}

class WebSocketLink implements Link {
  readonly #socket: WebSocket;
  readonly #under: Socket;
  readonly #corked: boolean;

  constructor(socket: WebSocket, under: Socket, corked: boolean) {
    this.#socket = socket;
    this.#under = under;
    this.#corked = corked;
  }

  send(message: Uint8Array): Promise<void> | undefined {
    const under = this.#under;
    if (this.#corked && under.writableCorked === 0) {
      under.cork();
      setImmediate(() => under.uncork());
    }
    if (this.#socket.bufferedAmount < HIGH_WATER) {
      this.#socket.send(message);
      return undefined;
    }
    if (under.writableCorked > 0) under.uncork();
    return new Promise((resolve) => this.#socket.send(message, () => resolve()));
  }

  async close(): Promise<void> {
    this.#socket.terminate();
  }
}
