/**
 * `@peerkit/tcp`: the TCP transport, dial and listen, for Node.
 * @module
 */

export type { TcpOptions } from "./tcp.ts";
export { tcp } from "./tcp.ts";
