/**
 * What went wrong with NATS, in words that say what to do.
 * @module
 */

import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { P2PError } from "@peerkit/core";

/** Where it went wrong. */
export interface Place {
  /** The servers, as they were given. */
  readonly servers: string;
  readonly bucket: string;
}

/** Makes a `P2P_ERR_RELAY_DIRECTORY` of what the client threw; leaves one that it is already. */
export function directoryError(cause: unknown, place: Place): P2PError {
  if (P2PError.is(cause)) return cause;
  return new P2PError(wordsFor(cause, place), { code: "P2P_ERR_RELAY_DIRECTORY", cause });
}

/** The same where there is nothing underneath. */
export function trouble(text: string): P2PError {
  return new P2PError(text, { code: "P2P_ERR_RELAY_DIRECTORY" });
}

function wordsFor(cause: unknown, { servers, bucket }: Place): string {
  const forbidden = permissionOf(cause);
  if (forbidden) {
    return (
      `NATS at ${servers} forbids "${forbidden.subject}": the user must be allowed to publish and ` +
      `subscribe to $JS.>, $KV.${bucket}.>, ${bucket}.ask.> and _INBOX.>`
    );
  }
  if (cause instanceof errors.AuthorizationError) {
    return `NATS at ${servers} doesn't let us in: check user, password, token or credentials`;
  }
  if (cause instanceof errors.UserAuthenticationExpiredError) {
    return `NATS at ${servers} doesn't let us in any more: the credentials have expired`;
  }
  if (isUnanswered(cause)) {
    return (
      `NATS at ${servers} has no JetStream (start it with -js, or enable it for the account), ` +
      `or its bucket "${bucket}" is gone`
    );
  }
  if (cause instanceof JetStreamApiError) {
    return `NATS at ${servers} can't do that with its bucket "${bucket}": ${cause.message}`;
  }
  if (cause instanceof errors.TimeoutError) return `NATS at ${servers} doesn't answer`;
  return `can't reach NATS at ${servers}: ${textOf(cause)}`;
}

function permissionOf(error: unknown): { readonly subject: string } | undefined {
  if (error instanceof errors.PermissionViolationError) return error;
  return error instanceof Error && error.cause ? permissionOf(error.cause) : undefined;
}

/** Nobody serves the subject: neither JetStream nor, where there is one, the bucket. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof errors.RequestError) return error.isNoResponders();
  return error instanceof Error && error.name === "JetStreamNotEnabled";
}

/** Node's error for a name with several addresses has a text in its parts only. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return textOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
