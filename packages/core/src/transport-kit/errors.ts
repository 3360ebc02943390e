/**
 * The errors of dialing and listening, in words: what failed, why, and what to look at.
 * @module
 */

import { P2PError } from "../errors.ts";
import { formatHost } from "../node/host.ts";

/** What the system's error codes mean to someone who dials. */
const DIAL_CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused: nothing listens there; is the node running, and is the port right?",
  ECONNRESET: "reset: the other side closed the connection at once",
  ENOTFOUND: "no such host name; check its spelling and the DNS",
  EAI_AGAIN: "the host name can't be looked up now; is there a network?",
  EHOSTUNREACH: "host unreachable: no way to that host from here",
  ENETUNREACH: "network unreachable: no way to that network from here",
  ETIMEDOUT: "no answer: a firewall may drop the packets, or the host is down",
  EACCES: "not permitted by this system",
  EPERM: "not permitted by this system",
  EMFILE: "too many open files in this process",
  EADDRNOTAVAIL: "not an address that can be dialed from here",
};

const LISTEN_CAUSES: Readonly<Record<string, string>> = {
  EADDRINUSE: "already in use: another process, or another listener, has that port",
  EACCES: "not permitted: ports below 1024 need privileges",
  EPERM: "not permitted by this system",
  EADDRNOTAVAIL: "not an address of this machine",
  ENOTFOUND: "no such host name",
  EMFILE: "too many open files in this process",
};

/** A host and a port as text; IPv6 addresses in brackets. */
export function formatHostPort(host: string, port: number): string {
  return `${formatHost(host)}:${port}`;
}

/** `P2P_ERR_DIAL_FAILED` for `where`, from what the platform threw. */
export function dialError(where: string, cause: unknown): P2PError {
  return new P2PError(`can't reach ${where}: ${explain(cause, DIAL_CAUSES)}`, {
    code: "P2P_ERR_DIAL_FAILED",
    cause,
  });
}

/** `P2P_ERR_LISTEN_FAILED` for `where`, from what the platform threw. */
export function listenError(where: string, cause: unknown): P2PError {
  return new P2PError(`can't listen at ${where}: ${explain(cause, LISTEN_CAUSES)}`, {
    code: "P2P_ERR_LISTEN_FAILED",
    cause,
  });
}

function explain(cause: unknown, words: Readonly<Record<string, string>>): string {
  if (!(cause instanceof Error)) return String(cause);
  // Several addresses of one name were tried: the first failure stands for all.
  const first: unknown = "errors" in cause && Array.isArray(cause.errors) ? cause.errors[0] : cause;
  const error = first instanceof Error ? first : cause;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return words[code] ?? (error.message || code);
}
