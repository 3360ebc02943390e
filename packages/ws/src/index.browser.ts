/**
 * `@peerkit/ws` in a page or a worker: the WebSocket transport, dial only.
 * @module
 */

export type { AttachableServer, SubprotocolTaker, WebSocketOptions } from "./options.ts";
export { webSocket } from "./transport.browser.ts";
