/**
 * From a handshake's outcome to a sealed session. Loaded on its own, so that a page gets the rest
 * without it.
 * @module
 */

import type { SealedExchange } from "../../rlpx/handshake.ts";
import type { Session } from "../session.ts";
import type { SealedSessionOptions } from "./sealed-session.ts";
import { SealedSession } from "./sealed-session.ts";
import { deriveSealedSecrets } from "./secrets.ts";

/** What a sealed session starts from. */
export interface SealedStart
  extends Pick<SealedSessionOptions, "stream" | "reader" | "remoteKey" | "clock" | "codec"> {
  readonly exchange: SealedExchange;
  /** 32 bytes that both sides must know. */
  readonly psk: Uint8Array | undefined;
}

/** Derives the keys and gives the session, paused. */
export function openSealed({ exchange, psk, ...rest }: SealedStart): Session {
  const { initiator, ack } = exchange;
  return new SealedSession({
    ...rest,
    initiator,
    ack,
    secrets: deriveSealedSecrets(exchange, psk),
  });
}
