/**
 * Who may come in at all, by address: asked before a byte of a connection is read.
 * @module
 */

import { DiscReason, formatReason } from "../../errors.ts";
import { formatIp } from "../../node/ip.ts";
import type { Netlist } from "../../node/netlist.ts";
import type { InboundInfo, Refusal } from "../../transport.ts";
import type { Caller } from "../../transport-kit/caller.ts";
import { callerOf } from "../../transport-kit/caller.ts";
import type { GateRules } from "./inbound-gate.ts";
import { InboundGate } from "./inbound-gate.ts";

/** Why a connection is turned away at the door. */
export type RefusalCause = "saturated" | "restricted" | "throttled";

/** A connection that is turned away. The transport tells as much of it as its medium can carry. */
export interface TurnedAway {
  readonly cause: RefusalCause;
  /** For the transport to pass on. */
  readonly refusal: Refusal;
  /** The address that it was judged by. */
  readonly remoteAddress: string | undefined;
}

/** The rules of a door. */
export interface DoorRules {
  /** The only networks that are let in; absent where all are. */
  readonly netRestrict: Netlist | undefined;
  /** Absent where no address is limited. */
  readonly gate: GateRules | undefined;
  /** Proxies whose word on the caller's address is taken. */
  readonly trustedProxies: Netlist;
}

/** Asks the rules in order. Connections without an IP address pass. */
export class Door {
  readonly #rules: DoorRules;
  readonly #gate: InboundGate | undefined;

  constructor(rules: DoorRules) {
    this.#rules = rules;
    this.#gate = rules.gate && new InboundGate(rules.gate);
  }

  /** Lets a connection in, which counts as an attempt, or says why not, which doesn't. */
  admit(info: InboundInfo, now: number): true | TurnedAway {
    const caller = callerOf(info, this.#rules.trustedProxies);
    if (!caller) return true;
    const { netRestrict } = this.#rules;
    if (netRestrict && (caller.hidden || !netRestrict.contains(caller.ip))) {
      return turnedAway("restricted", caller, {
        reason: DiscReason.Requested,
        message: RESTRICTED,
      });
    }
    const wait = this.#gate?.attempt(caller, now) ?? 0;
    if (wait === 0) return true;
    const message = `too many attempts from one address: try again in ${Math.ceil(wait / 1_000)} s`;
    const refusal = { reason: DiscReason.TooManyPeers, message, retryAfterMs: wait };
    return turnedAway("throttled", caller, refusal);
  }

  /** Turns a connection away since all places for handshakes are taken. */
  full(info: InboundInfo): TurnedAway {
    const reason = DiscReason.TooManyPeers;
    const message = `${formatReason(reason)}: as many are in their handshakes as may be`;
    const refusal = { reason, message, retryAfterMs: RETRY_AFTER_MS };
    return turnedAway("saturated", callerOf(info, this.#rules.trustedProxies), refusal);
  }
}

const RESTRICTED = "this node takes connections from some networks only";
/** A handshake's time limit: by then a place is free. */
const RETRY_AFTER_MS = 5_000;

function turnedAway(cause: RefusalCause, caller: Caller | undefined, refusal: Refusal): TurnedAway {
  return { cause, refusal, remoteAddress: caller && formatIp(caller.ip) };
}
