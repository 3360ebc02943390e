/**
 * `@peerkit/relay`: reaching nodes through relays, and rooms; in Node and in a page. The relay itself
 * is `@peerkit/relay/server`.
 * @module
 */

export type { RelayEvent } from "./relay-event.ts";
export type { RelayTransport, RelayTransportOptions } from "./relay-transport.ts";
export { fingerprint } from "./rooms/fingerprint.ts";
export { type JoinOptions, join, type RoomOptions } from "./rooms/join.ts";
export type { Membership, RoomHandlers } from "./rooms/relay-rooms.ts";
export type { Room } from "./rooms/room.ts";
export { newRoomSecret, type RoomKeys, roomKeys } from "./rooms/room-secret.ts";
export { relay } from "./transport.ts";
export { RelayCode, RelayError } from "./wire/codes.ts";
