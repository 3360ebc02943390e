/**
 * `@peerkit/relay-nats`: the directory of relays that work together, over NATS, for Node.
 * @module
 */

export { credsAuthenticator } from "@nats-io/transport-node";
export { type NatsAccess, type NatsDirectoryOptions, natsDirectory } from "./nats-directory.ts";
