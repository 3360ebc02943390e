/**
 * How a pipe's token travels: in the WebSocket sub-protocols that its opener offers, never in a URL.
 * @see docs/wire/relay.md
 * @module
 */

import type { InboundInfo } from "@peerkit/core";
import { bytesToHex } from "@peerkit/core";

/** The sub-protocol of a pipe; the token is offered beside it. */
export const PIPE_SUBPROTOCOL = "peerkit-pipe";

const TOKEN = /^[0-9a-f]{32}$/;

/** What the opener of a pipe offers. */
export function pipeOffer(token: Uint8Array): readonly string[] {
  return [PIPE_SUBPROTOCOL, bytesToHex(token)];
}

/** The token, as 32 hex digits, in what was offered. */
export function tokenIn(offered: readonly string[]): string | undefined {
  const [name, token = "", ...more] = offered;
  return name === PIPE_SUBPROTOCOL && TOKEN.test(token) && more.length === 0 ? token : undefined;
}

/** What the client of a WebSocket offers, by its request. */
export function offersIn({ headers }: InboundInfo): readonly string[] {
  const value = headers?.["sec-websocket-protocol"];
  return typeof value === "string" ? value.split(",").map((each) => each.trim()) : [];
}
