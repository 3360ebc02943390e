/**
 * The two sides of a plain splice, with the same streams as those of a relay's pipes.
 * @module
 */

import { parseNodeAddress } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import { WebSocket } from "ws";
import type { Contestant } from "../link.ts";
import { listenTcp } from "./pipe.ts";
import { streamLink } from "./stream-link.ts";

/** WebSocket on both sides. */
export function spliceWs(): Contestant {
  const transport = webSocket();
  const open = (address: string, path: string) =>
    transport.dial({ ...parseNodeAddress(address), path });
  return {
    async listen(accept, { via = "" }) {
      const { host, port } = parseNodeAddress(via);
      const told = new WebSocket(`ws://${host}:${port}/listen`);
      await new Promise((resolve, reject) => told.once("open", resolve).once("error", reject));
      told.on("message", async (number) => {
        streamLink(await open(via, `/accept/${number}`), accept);
      });
      return via;
    },
    dial: async (address, accept) => streamLink(await open(address, "/dial"), accept),
  };
}

/** WebSocket on the dialer's side, TCP on the other. */
export function spliceTcp(): Contestant {
  const transport = webSocket();
  return {
    listen: listenTcp(streamLink),
    async dial(address, accept) {
      const { via = "", port } = parseNodeAddress(address);
      const splice = { ...parseNodeAddress(via), path: `/tcp/${port}` };
      return streamLink(await transport.dial(splice), accept);
    },
  };
}
