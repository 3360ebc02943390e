/**
 * What members of a room share: it hides the room's name from the relay, and is the psk between them.
 * @see docs/wire/relay.md, "Rooms with a secret"
 * @module
 */

import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, systemRandom } from "@peerkit/core";

const LABEL = new TextEncoder().encode("peerkit/rooms/1");
const LENGTH = 32;
/** 128 bits, if they are unguessable. */
const MIN_SECRET_BYTES = 16;

/** What a room's name and secret give. */
export interface RoomKeys {
  /** The name that the relay is told. */
  readonly topic: string;
  /** 32 bytes that both ends of each connection must have. */
  readonly psk: Uint8Array;
}

/** A secret for a room that nobody can guess: 32 hex digits, fit for a link's fragment. */
export function newRoomSecret(): string {
  return bytesToHex(systemRandom(new Uint8Array(MIN_SECRET_BYTES)));
}

/**
 * Derives the keys of a room.
 * @throws RangeError for a secret of less than 16 bytes, which could be guessed.
 */
export function roomKeys(name: string, secret: string | Uint8Array): RoomKeys {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new RangeError(
      `secret: expected at least ${MIN_SECRET_BYTES} unguessable bytes, got ${bytes.length}`,
    );
  }
  const derive = (purpose: string): Uint8Array => {
    const info = new TextEncoder().encode(`${purpose}\0${name}`);
    return hkdf(sha256, bytes, LABEL, info, LENGTH);
  };
  return { topic: bytesToHex(derive("topic")), psk: derive("psk") };
}
