/**
 * Why a relay refuses something or ends a pipe: numbers on the wire, and the errors they become.
 * @see docs/wire/relay.md
 * @module
 */

import type { P2PErrorCode } from "@peerkit/core";
import { P2PError } from "@peerkit/core";

/**
 * What an answer or a close code says. Apart from the numbers of `DiscReason`, since both stand in
 * close codes.
 */
export const RelayCode = {
  Ok: 0x00,
  NotAllowed: 0x40,
  NoTarget: 0x41,
  Budget: 0x42,
  DialFailed: 0x43,
  Draining: 0x44,
  PipeTaken: 0x48,
  PipeExpired: 0x49,
  NoAnswer: 0x4a,
  Shape: 0x4b,
  Stalled: 0x4c,
  BrokeOff: 0x4d,
} as const;

/** A number of {@link RelayCode}. Others may come from a newer relay. */
export type RelayCode = number;

/** What a relay says no with. */
export interface Verdict {
  readonly code: RelayCode;
  /** For people. */
  readonly text: string;
  /** After how many ms another attempt may do better; 0 where that isn't known. */
  readonly retryAfterMs: number;
}

const ERRORS: Readonly<Record<number, readonly [code: P2PErrorCode, words: string]>> = {
  [RelayCode.NotAllowed]: ["P2P_ERR_RELAY_NOT_ALLOWED", "the relay doesn't allow this"],
  [RelayCode.NoTarget]: ["P2P_ERR_RELAY_NO_TARGET", "the relay has no such node"],
  [RelayCode.Budget]: ["P2P_ERR_RELAY_BUDGET", "a budget of the relay is used up"],
  [RelayCode.DialFailed]: ["P2P_ERR_RELAY_DIAL_FAILED", "the relay couldn't reach the node"],
  [RelayCode.Draining]: ["P2P_ERR_RELAY_DRAINING", "the relay is about to stop"],
  [RelayCode.PipeTaken]: ["P2P_ERR_PIPE_TAKEN", "somebody else took this end of the pipe"],
  [RelayCode.PipeExpired]: ["P2P_ERR_PIPE_EXPIRED", "the pipe was opened too late"],
  [RelayCode.NoAnswer]: ["P2P_ERR_PIPE_NO_ANSWER", "the other node didn't open its end"],
  [RelayCode.Shape]: ["P2P_ERR_PIPE_SHAPE", "what went through the pipe wasn't RLPx"],
  [RelayCode.Stalled]: ["P2P_ERR_PIPE_STALLED", "the pipe stood still"],
  [RelayCode.BrokeOff]: ["P2P_ERR_STREAM", "the other end of the pipe broke off"],
};

/** A relay's no. */
export class RelayError extends P2PError {
  /** After how many ms another attempt may do better; 0 where that isn't known. */
  readonly retryAfterMs: number;

  constructor({ code, text, retryAfterMs }: Verdict, cause?: unknown) {
    const [name, words] = ERRORS[code] ?? ["P2P_ERR_RELAY_REFUSED", `the relay said ${code}`];
    super(text === "" ? words : `${words}: ${text}`, { code: name, cause });
    this.retryAfterMs = retryAfterMs;
  }

  override get name(): string {
    return "RelayError";
  }
}

/** Whether an end's reason is one of a relay's. */
export function isRelayCode(reason: number | undefined): reason is RelayCode {
  return reason !== undefined && reason in ERRORS;
}

/** The error for a stream that a relay has ended with one of its codes. */
export function endedByRelay(reason: RelayCode, error: P2PError | undefined): RelayError {
  // The transport's own words come first, then what the relay said.
  const said = /\(0x[0-9a-f]+\): (.*)$/s.exec(error?.message ?? "")?.[1] ?? "";
  return new RelayError({ code: reason, text: said, retryAfterMs: 0 }, error);
}
