/**
 * The one line that puts an application into a room.
 * @module
 */

import type { ServerOptions } from "@peerkit/core";
import { Server } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import type { RelayEvent } from "../relay-event.ts";
import { relay } from "../transport.ts";
import { Room } from "./room.ts";
import { roomKeys } from "./room-secret.ts";

/** The options of `join`: a room's, and those of a server without what a room decides itself. */
export type JoinOptions = RoomOptions & Omit<ServerOptions, "transports" | "listen" | "psk">;

/** What a room takes besides the options of its server. All are optional. */
export interface RoomOptions {
  /**
   * What all members have, at least 16 unguessable bytes; `newRoomSecret()` makes one. The relay
   * doesn't learn the room's name then, and nobody without it becomes a peer. @default none
   */
  readonly secret?: string | Uint8Array | undefined;
  /** Called with what becomes of the relay; must not throw. @default nobody is told */
  readonly onRelay?: ((event: RelayEvent) => void) | undefined;
  /** Streams through the relay at once, both ways together. @default 64 */
  readonly maxPipes?: number | undefined;
  /** Leaves the room when it is aborted, also while it is being joined. @default none */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Joins a room of a relay, and stays in it: its members become peers, end to end and sealed, and so do
 * those who come later; whoever is lost, the relay among them, is looked for again. Resolves when we
 * are in the room. Rejects with the relay's no, with `P2P_ERR_BAD_ADDRESS`, with RangeError for a name
 * or a secret that can't be, or with the signal's reason.
 */
export async function join(
  relayAddress: string,
  name: string,
  options: JoinOptions = {},
): Promise<Room> {
  const { secret, signal, onRelay, maxPipes, ...more } = options;
  signal?.throwIfAborted();
  const keys = secret === undefined ? undefined : roomKeys(name, secret);
  const transport = relay({ onRelay, maxPipes, psk: keys?.psk });
  const server = new Server({ ...more, transports: [webSocket(), transport] });
  await server.start();
  const room = new Room(name, server, relayAddress);
  const onAbort = (): void => void room.leave();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    const onMembers = room.setMembers.bind(room);
    room.enter(await transport.join(relayAddress, keys?.topic ?? name, { onMembers }));
    return room;
  } catch (error) {
    await room.leave();
    throw signal?.aborted ? signal.reason : error;
  }
}
