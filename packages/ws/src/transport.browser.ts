/**
 * The transport that `webSocket()` makes in a page or a worker.
 * @module
 */

import type { Transport } from "@peerkit/core";
import { dial } from "./dial.browser.ts";
import type { WebSocketOptions } from "./options.ts";

/**
 * Makes a transport for the schemes `ws` and `wss`. In Node it dials and listens; in a page it dials.
 * It has no state.
 */
export function webSocket(options: WebSocketOptions = {}): Transport {
  return {
    name: "websocket",
    schemes: ["ws", "wss"],
    dial: (address, abort) => dial(address, options, abort),
  };
}
