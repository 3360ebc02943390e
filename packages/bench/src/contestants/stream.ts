/**
 * A WebSocket stream of ours with nothing on top and nothing between: what a way through a third
 * process is compared with.
 * @module
 */

import { parseListenAddress, parseNodeAddress } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import type { Contestant } from "../link.ts";
import { enodeWs } from "./enode.ts";
import { streamLink } from "./stream-link.ts";

/** Makes the contestant. Nothing is started yet. */
export function streamWs(): Contestant {
  const transport = webSocket();
  return {
    async listen(accept) {
      const listener = await transport.listen?.(parseListenAddress("ws://127.0.0.1:0/"), {
        admit: () => true,
        onStream: (stream) => streamLink(stream, accept),
      });
      return enodeWs(listener?.address.port ?? 0, "/");
    },
    dial: async (address, accept) =>
      streamLink(await transport.dial(parseNodeAddress(address)), accept),
  };
}
