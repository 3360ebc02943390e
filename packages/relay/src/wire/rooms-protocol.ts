/**
 * The messages of `rooms/1`, by which nodes of one relay find each other.
 * @see docs/wire/relay.md
 * @module
 */

import { bytes, list, str, struct } from "@peerkit/core";
import { KEY_LENGTH, verdict } from "./relay-protocol.ts";

/** UTF-8 bytes of a room's name. */
const MAX_ROOM_NAME_BYTES = 128;
/** Members that one message may name. */
const MAX_NAMED = 1_024;

const room = str;
const keys = list(bytes(KEY_LENGTH), { max: MAX_NAMED });

/** Name, version and messages of `rooms/1`. */
export const ROOMS_PROTOCOL = {
  name: "rooms",
  version: 1,
  messages: {
    leave: { code: 0x02, body: struct({ room }) },
    /** Relay to the members: who came and who left. */
    changed: { code: 0x03, body: struct({ room, joined: keys, left: keys }) },
  },
  requests: {
    /** The answer has the members, without the one who asks. */
    join: {
      code: 0x00,
      body: struct({ room }),
      answer: { code: 0x01, body: struct({ ...verdict, members: keys }) },
    },
  },
} as const;

/** What is wrong with a room's name, in words. */
export function roomNameProblem(name: string): string | undefined {
  const { length } = new TextEncoder().encode(name);
  if (length >= 1 && length <= MAX_ROOM_NAME_BYTES) return undefined;
  return `a room's name has 1 to ${MAX_ROOM_NAME_BYTES} bytes, this one has ${length}`;
}
