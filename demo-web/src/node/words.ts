/**
 * What went wrong with the relay, as a sentence for the visitor.
 * @module
 */

import type { P2PErrorCode } from "@peerkit/core";
import { formatReason, P2PError } from "@peerkit/core";
import type { Status } from "../model.ts";
import { hasOtherSecret } from "./neighbours.ts";
import { NoRelayError } from "./relay-info.ts";

/** What went wrong with a connection, as the server's events tell it. */
export interface Failure {
  readonly code: P2PErrorCode;
  readonly error: string;
  readonly reason?: number | undefined;
  /** True when the relay gave the reason. */
  readonly remote?: boolean | undefined;
}

/**
 * Why an attempt failed that never became a connection: what the server told, or what asking for the
 * relay's address threw. `host` is where the relay should be.
 */
export function failureWords(failure: unknown, host: string): string {
  if (failure instanceof NoRelayError) {
    return `this page isn’t served by a peerkit relay: ${failure.message}`;
  }
  if (P2PError.is(failure)) return dialWords({ code: failure.code, error: failure.message }, host);
  if (!isFailure(failure)) return unreachable(host);
  if (failure.remote && failure.reason !== undefined) {
    return `the relay refused this tab: ${formatReason(failure.reason)}`;
  }
  return dialWords(failure, host);
}

/** Why a connection ended. */
export function endWords({ code, error, reason, remote }: Failure): string {
  if (remote && reason !== undefined) {
    return `the relay closed the connection: ${formatReason(reason)}`;
  }
  if (code === "P2P_ERR_READ_TIMEOUT") return "the relay has been silent for too long";
  if (code === "P2P_ERR_STREAM" || code === "P2P_ERR_STREAM_CLOSED") {
    return "the connection to the relay broke off without a word";
  }
  return `this tab left the relay: ${error}`;
}

/** What comes and goes by itself while tabs come and go. */
const PASSING: readonly P2PErrorCode[] = [
  "P2P_ERR_RELAY_NO_TARGET",
  "P2P_ERR_RELAY_LOST",
  "P2P_ERR_PIPE_NO_ANSWER",
  "P2P_ERR_PIPE_EXPIRED",
  "P2P_ERR_STREAM",
  "P2P_ERR_STREAM_CLOSED",
];

/**
 * Why another tab of the room can’t be connected to, as a sentence; nothing where the next attempt may
 * well do. `secret`: whether this tab has one.
 */
export function apartWords(failure: unknown, secret: boolean): string | undefined {
  if (!P2PError.is(failure) || PASSING.includes(failure.code)) return undefined;
  if (!hasOtherSecret(failure)) return `It can’t be connected to: ${failure.message}.`;
  return secret
    ? "It couldn’t connect: it has another secret for this room, or none."
    : "It couldn’t connect: it has a secret for this room, and this tab has none.";
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

function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "code" in value && "error" in value;
}

function dialWords({ code, error }: Failure, host: string): string {
  switch (code) {
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
      return `the relay answered, but the handshake failed: ${error}`;
  }
}

function unreachable(host: string): string {
  return `can’t reach the relay: it isn’t answering at ${host}`;
}
