/**
 * How often one address may try: pure rules, an attempt and the time in, a decision out.
 * @see https://github.com/ethereum/go-ethereum/blob/02b73d4ea7181464175e0a6cbecc0a3a2655a562/p2p/server.go
 * @module
 */

import type { Netlist } from "../../node/netlist.ts";
import type { Caller } from "../../transport-kit/caller.ts";

/** So many addresses are remembered; beyond it the oldest may try again early. */
const MAX_ADDRESSES = 65_536;

/** The rules of a gate. */
export interface GateRules {
  /** Attempts of one address that are let through in one interval. */
  readonly attempts: number;
  /** In ms, from the first of them on. */
  readonly interval: number;
  /** Networks that aren't limited. */
  readonly exempt: Netlist;
  /** Bits of an IPv6 address that count as one address. */
  readonly ipv6Prefix: number;
}

/** What a gate says: 0 lets an attempt through, else it is the time until the next one would be. */
export type WaitMs = number;

interface Interval {
  readonly since: number;
  attempts: number;
}

/** Counts the attempts that it lets through. Those that it refuses change nothing. */
export class InboundGate {
  readonly #rules: GateRules;
  /** By address; in the order in which they began, which is the one in which they end. */
  readonly #intervals = new Map<string, Interval>();

  constructor(rules: GateRules) {
    this.#rules = rules;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#intervals.size;
  }

  /** Says whether an attempt is let through now, and counts it then. */
  attempt(caller: Caller, now: number): WaitMs {
    const { attempts, interval, exempt } = this.#rules;
    if (!caller.hidden && exempt.contains(caller.ip)) return 0;
    this.#forget(now - interval);
    const key = this.#key(caller);
    const current = this.#intervals.get(key);
    if (!current) {
      this.#begin(key, now);
      return 0;
    }
    if (current.attempts >= attempts) return current.since + interval - now;
    current.attempts++;
    return 0;
  }

  #begin(key: string, since: number): void {
    for (const [oldest] of this.#intervals) {
      if (this.#intervals.size < MAX_ADDRESSES) break;
      this.#intervals.delete(oldest);
    }
    this.#intervals.set(key, { since, attempts: 1 });
  }

  /** Forgets the intervals that began by then: they are over. */
  #forget(by: number): void {
    for (const [key, { since }] of this.#intervals) {
      if (since > by) return;
      this.#intervals.delete(key);
    }
  }

  #key({ ip, hidden }: Caller): string {
    const { ipv6Prefix } = this.#rules;
    const bytes = ip.length === 4 ? ip : ip.map((byte, at) => byte & mask(ipv6Prefix - at * 8));
    return hidden ? `behind ${bytes}` : `${bytes}`;
  }
}

/** The byte that keeps so many of its first bits. */
function mask(bits: number): number {
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff00 >> bits) & 0xff;
}
