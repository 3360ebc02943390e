/**
 * What relays that share a directory write in its rows, and ask one another.
 * @see docs/wire/relay.md, "Several relays"
 * @module
 */

import { bytes, str, struct, uint } from "@peerkit/core";
import { KEY_LENGTH, verdict } from "./relay-protocol.ts";

/** Row `relay.NAME`: a relay is there. It is written anew every 5 s, each time with another beat. */
export const RELAY_ROW = struct({ address: str, beat: uint });

/** Row `node.ID`: a node is reachable through that relay. */
export const NODE_ROW = struct({ relay: str });

/** Row `room.TOPIC.ID`: a node at that relay is in the room. */
export const MEMBER_ROW = struct({ relay: str, key: bytes(KEY_LENGTH) });

/** A node at the asking relay, whose key it has seen proved, wants a pipe to a node at the asked one. */
export const QUESTION = struct({ target: bytes(KEY_LENGTH), from: bytes(KEY_LENGTH) });

/** The token of the pipe's end that the asking relay opens; empty where the answer is no. */
export const ANSWER = struct({ ...verdict, token: bytes() });
