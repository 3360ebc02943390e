/**
 * The transport that `webSocket()` makes in Node.
 * @module
 */

import type { Transport } from "@peerkit/core";
import { dial } from "./dial.ts";
import { listen } from "./listen.ts";
import type { WebSocketOptions } from "./options.ts";

/**
 * Makes a transport for the schemes `ws` and `wss`. In Node it dials and listens; in a page it dials.
 * It has no state: listeners are closed one by one.
 */
export function webSocket(options: WebSocketOptions = {}): Transport {
  return {
    name: "websocket",
    schemes: ["ws", "wss"],
    dial: (address, abort) => dial(address, options, abort),
    listen: (address, handlers, abort) => listen(address, handlers, options, abort),
  };
}
