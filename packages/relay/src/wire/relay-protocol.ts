/**
 * The messages of `relay/1`, by which nodes ask a relay for pipes.
 * @see docs/wire/relay.md
 * @module
 */

import { bytes, optional, str, struct, tuple, uint } from "@peerkit/core";

/** Bytes of a public key. */
export const KEY_LENGTH = 64;
/** Bytes of a pipe's token. */
export const TOKEN_LENGTH = 16;
/** The longest host name, as in DNS. */
export const MAX_HOST_LENGTH = 253;

/** How each answer begins. */
export const verdict = { code: uint, text: str, retryAfterMs: uint };

/** Name, version and messages of `relay/1`. */
export const RELAY_PROTOCOL = {
  name: "relay",
  version: 1,
  messages: {
    /** Relay to a node with a reservation: somebody wants a pipe to it. */
    incoming: {
      code: 0x04,
      body: struct({ token: bytes(TOKEN_LENGTH), from: bytes(KEY_LENGTH), ttlMs: uint }),
    },
    /** The node's no to that. */
    declined: { code: 0x05, body: struct({ token: bytes(TOKEN_LENGTH) }) },
    /** Relay to all: it stops within that time. */
    draining: { code: 0x06, body: struct({ withinMs: uint }) },
  },
  requests: {
    /** To be reachable by key, until the connection ends or the time is over. */
    reserve: {
      code: 0x00,
      body: tuple(),
      answer: { code: 0x01, body: struct({ ...verdict, ttlMs: uint }) },
    },
    /** To a node with a reservation; with a host and a port, to a TCP node. */
    connect: {
      code: 0x02,
      body: struct({ target: bytes(KEY_LENGTH), host: optional(str), port: optional(uint) }),
      answer: { code: 0x03, body: struct({ ...verdict, token: bytes(), ttlMs: uint }) },
    },
  },
} as const;
