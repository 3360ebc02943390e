/**
 * From a target that somebody asks for to a TCP connection, or to why there is none.
 * @module
 */

import { lookup as systemLookup } from "node:dns/promises";
import type { ByteStream, Clock, Transport } from "@peerkit/core";
import { P2PError } from "@peerkit/core";
import type { Verdict } from "../../wire/codes.ts";
import { RelayCode } from "../../wire/codes.ts";
import type { Lookup, Policy, Target } from "./policy.ts";

/** How long looking up and connecting may take, in ms. */
const DIAL_TIMEOUT_MS = 5_000;

/** What dialing needs. */
export interface DialTargetOptions {
  readonly policy: Policy;
  readonly tcp: Transport;
  readonly clock: Clock;
  readonly lookup: Lookup;
}

/** The system's resolver: the hosts file and what else it knows, as dialing would use it. */
export const lookupAll: Lookup = async (host) => {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
};

/** Resolves to the connection, or to why there is none. */
export async function dialTarget(
  target: Target,
  { policy, tcp, clock, lookup }: DialTargetOptions,
): Promise<ByteStream | Verdict> {
  const control = new AbortController();
  const cancel = clock.setTimer(DIAL_TIMEOUT_MS, () =>
    control.abort(new P2PError("no answer within 5 s", { code: "P2P_ERR_DIAL_TIMEOUT" })),
  );
  const { signal } = control;
  try {
    const resolved = await unlessAborted(policy.resolve(target, lookup), signal);
    if ("refused" in resolved) return notAllowed(resolved.refused);
    const { publicKey, port } = target;
    return await tcp.dial({ publicKey, scheme: "tcp", host: resolved.ip, port }, { signal });
  } catch (error) {
    return { code: RelayCode.DialFailed, text: words(error), retryAfterMs: 0 };
  } finally {
    cancel();
  }
}

/** The answer to what the policy refuses. */
export function notAllowed(text: string): Verdict {
  return { code: RelayCode.NotAllowed, text, retryAfterMs: 0 };
}

// What stands behind a name isn't told: the text goes to whoever asks.
function words(error: unknown): string {
  if (P2PError.is(error) && error.code === "P2P_ERR_DIAL_TIMEOUT") return error.message;
  const { cause } = error as { cause?: unknown };
  const code = codeOf(cause) ?? codeOf(error);
  return (code !== undefined && WORDS[code]) || "the connection failed";
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused: nothing listens there",
  ECONNRESET: "reset: the node closed the connection at once",
  ENOTFOUND: "no such host name",
  EAI_AGAIN: "the name can't be looked up now",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ETIMEDOUT: "no answer",
};

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
