/**
 * The numbers of devp2p's base protocol.
 * @see https://github.com/ethereum/devp2p/blob/master/rlpx.md#p2p-capability
 * @module
 */

import type { Capability } from "../trace.ts";

/** The version that we speak: 5 is the one with compression. */
export const BASE_PROTOCOL_VERSION = 5;
/** From this version of theirs on, messages after Hello are compressed. */
export const SNAPPY_VERSION = 5;
/** How many codes the base protocol has; the first protocol's codes start here. */
export const BASE_PROTOCOL_LENGTH = 0x10;
/** The largest Hello or Disconnect that is read, in bytes. */
export const MAX_BASE_MESSAGE_SIZE = 2048;

/** The base messages that mean something. Others below 0x10 are ignored. */
export const BaseCode = { Hello: 0x00, Disconnect: 0x01, Ping: 0x02, Pong: 0x03 } as const;

/** The payload of Ping and Pong: an empty RLP list. */
export const EMPTY_LIST: Uint8Array = Uint8Array.of(0xc0);

/**
 * What the Hello of RLPx v5 lists when its sender would have liked a sealed session. Where both
 * list it, somebody in between has removed the offer. It has no codes.
 */
export const SENTINEL: Capability = { name: "sealed", version: 1 };

/** Its name, in traces. */
export const BASE_PROTOCOL_NAME = "p2p";
