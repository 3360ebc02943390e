/**
 * `@peerkit/relay`: reaching nodes through relays, and rooms; in Node and in a page. The relay itself
 * is `@peerkit/relay/server`.
 * @module
 */

export type { RelayEvent, RelayTransport, RelayTransportOptions } from "./relay-transport.ts";
export type { Membership, RoomHandlers } from "./rooms/relay-rooms.ts";
export { relay } from "./transport.ts";
export { RelayCode, RelayError } from "./wire/codes.ts";
