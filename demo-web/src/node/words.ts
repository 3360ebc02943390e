/**
 * What went wrong with the relay, as a sentence for the visitor.
 * @module
 */

import { DisconnectError, formatReason, P2PError } from "@peerkit/core";
import type { Status } from "../model.ts";
import { NoRelayError } from "./relay-info.ts";

/** Why an attempt failed that never became a connection. `host` is where the relay should be. */
export function failureWords(error: unknown, host: string): string {
  if (error instanceof NoRelayError) {
    return `this page isn’t served by a peerkit relay: ${error.message}`;
  }
  if (!P2PError.is(error)) return unreachable(host);
  if (error instanceof DisconnectError && error.remote) {
    return `the relay refused this tab: ${formatReason(error.reason)}`;
  }
  return dialWords(error, host);
}

/** Why a connection ended. */
export function endWords(end: P2PError): string {
  const reason = end.reason;
  if (end instanceof DisconnectError && end.remote && reason !== undefined) {
    return `the relay closed the connection: ${formatReason(reason)}`;
  }
  if (end.code === "P2P_ERR_READ_TIMEOUT") return "the relay has been silent for too long";
  if (end.code === "P2P_ERR_STREAM" || end.code === "P2P_ERR_STREAM_CLOSED") {
    return "the connection to the relay broke off without a word";
  }
  return `this tab left the relay: ${end.message}`;
}

/** The status until the next attempt. `retryAt` is in ms of `Date.now()`. */
export function waitingStatus(
  why: string,
  retryAt: number,
  page: { readonly online: boolean; readonly hidden: boolean },
): Status {
  if (!page.online) return { phase: "offline", why: `this device is offline, and ${why}` };
  // A hidden page's timers are slowed down by the browser: no promise of seconds.
  const back = "It dials again when you come back to this tab";
  if (page.hidden) return { phase: "asleep", why: `${why}. ${back}` };
  return { phase: "waiting", why, retryAt };
}

function dialWords(error: P2PError, host: string): string {
  switch (error.code) {
    case "P2P_ERR_DIAL_FAILED":
      return unreachable(host);
    case "P2P_ERR_DIAL_TIMEOUT":
      return `can’t reach the relay: nothing answered at ${host} in time`;
    case "P2P_ERR_UNEXPECTED_IDENTITY":
      return `whoever answers at ${host} proved another key than the relay’s address names`;
    case "P2P_ERR_STREAM":
    case "P2P_ERR_STREAM_CLOSED":
      return "the relay hung up during the handshake";
    default:
      return `the relay answered, but the handshake failed: ${error.message}`;
  }
}

function unreachable(host: string): string {
  return `can’t reach the relay: it isn’t answering at ${host}`;
}
