/**
 * The room that a link names, in its fragment: browsers send that to no server.
 * @module
 */

/** Where a tab goes whose link names no room. */
const LOBBY = "lobby";

/** The longest name, in UTF-16 units; a relay takes some more bytes. */
export const MAX_ROOM_NAME = 32;
/** Bytes of the shortest secret, as `@peerkit/relay` has it. */
const MIN_SECRET_BYTES = 16;
/** The longest secret, in UTF-16 units. */
export const MAX_SECRET = 128;

/** A room, and what its members have. */
export interface RoomChoice {
  readonly name: string;
  /** Absent where anybody may come in. */
  readonly secret?: string;
}

/** Reads a fragment such as `#room=kitchen&secret=…`; any other names the lobby. */
export function readRoom(hash: string): RoomChoice {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  return roomChoice(fields.get("room") ?? "", fields.get("secret") ?? "");
}

/** What somebody typed, as a room. */
export function roomChoice(name: string, secret: string): RoomChoice {
  const room = { name: name.trim() || LOBBY };
  return secret.trim() === "" ? room : { ...room, secret: secret.trim() };
}

/** The fragment that names it. */
export function roomHash({ name, secret }: RoomChoice): string {
  return `#${new URLSearchParams({ room: name, ...(secret !== undefined && { secret }) })}`;
}

/** Whether an address with this host leads nowhere but to the machine where it is opened. */
export function isOwnMachine(hostname: string): boolean {
  return /(^|\.)localhost$|^127\.|^0\.0\.0\.0$|^\[::1?\]$/.test(hostname);
}

/** Why a room can’t be entered, as a sentence; nothing where it can. */
export function roomProblem({ name, secret }: RoomChoice): string | undefined {
  if (name.length > MAX_ROOM_NAME || (secret?.length ?? 0) > MAX_SECRET) {
    return `A room’s name has at most ${MAX_ROOM_NAME} characters, and a secret ${MAX_SECRET}.`;
  }
  if (secret === undefined) return undefined;
  if (new TextEncoder().encode(secret).length >= MIN_SECRET_BYTES) return undefined;
  return `The secret is too short: one that can be guessed protects nothing, so it takes ${MIN_SECRET_BYTES} characters or more.`;
}
