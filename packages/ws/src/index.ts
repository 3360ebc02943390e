/**
 * `@peerkit/ws` in Node: the WebSocket transport, dial and listen.
 * @module
 */

export type { AttachableServer, SubprotocolTaker, WebSocketOptions } from "./options.ts";
export { webSocket } from "./transport.ts";
