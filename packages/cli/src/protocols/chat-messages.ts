/**
 * The messages of `chat/1`: codes, schemas, limits and the cleaning of what people typed.
 * @module
 */

import type { Msg } from "@peerkit/core";
import { bytes, DisconnectError, DiscReason, list, str, tuple, uint } from "@peerkit/core";

/** The chat protocol. Compressed in sealed sessions too: nothing in it is a secret from its members. */
export const CHAT = { name: "chat", version: 1, length: 4, compress: true } as const;

/** Client to hub: `[name]`. Enters the room, or renames. */
export const JOIN = 0;
/** Client to hub: `[text]`. */
export const SAY = 1;
/** Hub to client: `[id, name, text, at]`. */
export const SAID = 2;
/** Hub to client: `[[id, name, path, latency], …]`, everyone in the room. */
export const PEOPLE = 3;

/** The longest name, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 32;
/** The longest text, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 2_000;
/** Bytes of the largest Join or Say: a code unit is at most 3 bytes of UTF-8. */
const MAX_CLIENT_MESSAGE_BYTES = 3 * MAX_TEXT_LENGTH + 16;
/** Entries a client takes in one People. */
const MAX_PEOPLE = 1_000;

/** Join's schema. */
export const joinSchema = tuple(str);
/** Say's schema. */
export const saySchema = tuple(str);
/** Said's schema. */
export const saidSchema = tuple(bytes(32), str, str, uint);
/** People's schema. */
export const peopleSchema = list(tuple(bytes(32), str, str, uint), { max: MAX_PEOPLE });

/** Something that was said in a room. */
export interface ChatSaid {
  /** The id of the hub whose room it is, 64 hex digits. */
  readonly hub: string;
  /** The id of who said it, 64 hex digits. What a hub says of others is its claim. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** When the hub got it, in ms since 1970. Grows with each message of a room. */
  readonly at: number;
}

/** Someone in a room. */
export interface ChatPerson {
  /** 64 hex digits. */
  readonly id: string;
  readonly name: string;
  /** How the hub is connected to them, such as `tcp` or `ws`; `hub` for the hub itself. */
  readonly path: string;
  /** Round trip between the hub and them in ms; absent until it is measured. */
  readonly latency?: number;
}

/** A name without control characters; `fallback` where nothing is left. */
export function cleanName(name: string, fallback: string): string {
  return stripControls(name).trim() || fallback;
}

/** A text without control characters and outer white space; may be empty. */
export function cleanText(text: string): string {
  return stripControls(text).trim();
}

/** The name of who gave none: the start of the id. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}

/** Drops the peer that sent more than a Join or Say can be, before it is decoded. */
export function checkSize(msg: Msg): void {
  if (msg.size > MAX_CLIENT_MESSAGE_BYTES) throw breach(`a message of ${msg.size} bytes`);
}

/** Drops the peer whose text is longer than `max`. */
export function checkLength(text: string, max: number, what: string, protocol?: string): void {
  if (text.length <= max) return;
  throw breach(`a ${what} of ${text.length} characters, at most ${max}`, protocol);
}

/** Refuses a text of our own that is longer than `max`. Throws RangeError. */
export function checkArgument(text: string, max: number, name: string): void {
  if (typeof text !== "string") throw new TypeError(`"${name}" expected a string`);
  if (text.length > max) {
    throw new RangeError(`"${name}" expected at most ${max} characters, got ${text.length}`);
  }
}

/** The error that leaves a peer for breaking the rules of a protocol. */
export function breach(what: string, protocol = "chat/1"): DisconnectError {
  return new DisconnectError(DiscReason.ProtocolError, { message: `${protocol}: ${what}` });
}

/**
 * A text on one line without control characters, safe for a terminal or a page. The invisible
 * characters that turn the writing direction go too: with them a name can pass for another one.
 */
export function stripControls(text: string): string {
  return text
    .replace(/[\r\n\t\u2028\u2029]+/g, " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
}
