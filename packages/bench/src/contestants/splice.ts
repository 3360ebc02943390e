/**
 * The two sides of a plain splice, with the same streams as those of a relay's pipes, beside the same
 * nodes: what else is in a process decides what a byte costs in it.
 * @module
 */

import type { ByteStream } from "@peerkit/core";
import { parseNodeAddress } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import { WebSocket } from "ws";
import type { Contestant } from "../link.ts";
import { listenTcp } from "./pipe.ts";
import { RelayNodes } from "./relay-nodes.ts";
import { streamLink } from "./stream-link.ts";

/** WebSocket on both sides. */
export function spliceWs(): Contestant {
  const dialer = new Dialer();
  return {
    async listen(accept, { via = "" }) {
      await dialer.beside.reserve(via);
      const { host, port } = parseNodeAddress(via);
      const told = new WebSocket(`ws://${host}:${port}/listen`);
      await new Promise((resolve, reject) => told.once("open", resolve).once("error", reject));
      told.on("message", async (number) => {
        streamLink(await dialer.open(via, `/accept/${number}`), accept);
      });
      return via;
    },
    dial: async (via, accept) => streamLink(await dialer.open(via, "/dial"), accept),
  };
}

/** WebSocket on the dialer's side, TCP on the other. */
export function spliceTcp(): Contestant {
  const dialer = new Dialer();
  return {
    listen: listenTcp(streamLink),
    async dial(address, accept) {
      const { via = "", port } = parseNodeAddress(address);
      return streamLink(await dialer.open(via, `/tcp/${port}`), accept);
    },
  };
}

class Dialer {
  /** They do nothing. */
  readonly beside = new RelayNodes();
  readonly #transport = webSocket();

  /** Opens a path of the splice that is where the relay is. */
  async open(via: string, path: string): Promise<ByteStream> {
    await this.beside.reserve(via);
    return this.#transport.dial({ ...parseNodeAddress(via), path });
  }
}
