/**
 * `@peerkit/relay-nats`: the directory of relays that work together, over NATS, for Node.
 * @module
 */

export type { NatsAccess, NatsTls } from "./access.ts";
export { type NatsDirectoryOptions, natsDirectory } from "./nats-directory.ts";
