/**
 * `@peerkit/ws` in Node: the WebSocket transport, dial and listen.
 * @module
 */

export type { AttachableServer, WebSocketOptions } from "./options.ts";
export { webSocket } from "./transport.ts";
