/**
 * What everybody has used of a relay: pure, but for the time that a clock says.
 * @module
 */

import type { Clock } from "@peerkit/core";
import type { Verdict } from "../../wire/codes.ts";
import { RelayCode } from "../../wire/codes.ts";
import type { RelayLimits, ScopeLimits } from "./limits.ts";
import type { Party } from "./scopes.ts";
import { addressScope } from "./scopes.ts";
import type { Rate } from "./token-bucket.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What is held for a while. */
export type Holding = "pipes" | "pendingPipes" | "reservations";

/** Something that is held; `release` gives it back, once. */
export interface Held {
  release(): void;
}

const DAY_MS = 86_400_000;
/** Keys, addresses and origins that are remembered; the longest unused are forgotten first. */
const MAX_ACCOUNTS = 100_000;
const FORGOTTEN_AT_ONCE = 10_000;

/** The accounts of all keys, addresses and origins. */
export class Budgets {
  /** Applies from the next question on. */
  limits: RelayLimits;
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #accounts = new Map<string, Account>();

  constructor(limits: RelayLimits, clock: Clock) {
    this.limits = limits;
    this.#clock = clock;
  }

  /** How many keys, addresses and origins are remembered. */
  get size(): number {
    return this.#accounts.size;
  }

  /** Charges one connection or request. Charges nobody when one of the scopes refuses. */
  connect(party: Party): Verdict | undefined {
    const now = this.#clock.now();
    const scopes = this.#scopes(party);
    for (const { account, limits, who } of scopes) {
      const wait = account.connects.wait(connectRate(limits), now);
      if (wait > 0) return over(`${who} asked too often`, wait);
    }
    for (const { account, limits } of scopes) account.connects.owe(connectRate(limits), now, 1);
    return undefined;
  }

  /** Holds one of a kind in every scope, or in none. */
  hold(party: Party, kind: Holding): Held | Verdict {
    const scopes = this.#scopes(party);
    for (const { account, limits, who } of scopes) {
      if (account.held[kind] < limits[kind]) continue;
      return over(`${who} has ${limits[kind]} ${KINDS[kind]}, as many as it may`, 0);
    }
    return new Hold(
      kind,
      scopes.map(({ account }) => account),
    );
  }

  /** Charges bytes; returns for how many ms to wait, or why no more may come. */
  bytes(party: Party, count: number): number | Verdict {
    const now = this.#clock.now();
    let wait = 0;
    for (const { account, limits, who } of this.#scopes(party)) {
      const used = account.useToday(now, count);
      if (used > limits.bytesPerDay) {
        return over(`${who} has moved its bytes for today`, account.dayEndsIn(now));
      }
      const rate = { perSecond: limits.bytesPerSecond, burst: limits.bytesPerSecond };
      wait = Math.max(wait, account.bytes.owe(rate, now, count));
    }
    return wait;
  }

  #scopes(party: Party): Scope[] {
    const { key, address, origin } = party;
    const { perKey, perAddress, perOrigin } = this.limits;
    const scopes: Scope[] = [];
    const add = (name: string, limits: ScopeLimits, who: string): void => {
      scopes.push({ account: this.#account(name), limits, who });
    };
    if (key !== undefined) add(`key ${key}`, perKey, "your node");
    add(`address ${addressScope(address)}`, perAddress, "your network address");
    if (origin !== undefined) add(`origin ${origin}`, perOrigin, "this website");
    return scopes;
  }

  #account(name: string): Account {
    const account = this.#accounts.get(name) ?? new Account();
    this.#accounts.delete(name);
    this.#accounts.set(name, account);
    if (this.#accounts.size > MAX_ACCOUNTS) this.#forgetSome();
    return account;
  }

  /** What is held must not be forgotten: it is bounded by what it is held for. */
  #forgetSome(): void {
    // Many at once: a map walks past all that was taken from its front, each time.
    let left = FORGOTTEN_AT_ONCE;
    for (const [name, account] of this.#accounts) {
      if (left === 0) return;
      if (!account.idle) continue;
      this.#accounts.delete(name);
      left--;
    }
  }
}

interface Scope {
  readonly account: Account;
  readonly limits: ScopeLimits;
  readonly who: string;
}

/** One of a kind in several accounts. There is one for each reservation, for as long as that. */
class Hold implements Held {
  readonly #kind: Holding;
  #accounts: readonly Account[];

  constructor(kind: Holding, accounts: readonly Account[]) {
    this.#kind = kind;
    this.#accounts = accounts;
    for (const { held } of accounts) held[kind]++;
  }

  release(): void {
    for (const { held } of this.#accounts) held[this.#kind]--;
    this.#accounts = [];
  }
}

/** What one key, address or origin has used. Most only hold a reservation: buckets are made on use. */
class Account {
  readonly held: Record<Holding, number> = { pipes: 0, pendingPipes: 0, reservations: 0 };
  #connects: TokenBucket | undefined;
  #bytes: TokenBucket | undefined;
  #dayStartedAt: number | undefined;
  #usedToday = 0;

  get idle(): boolean {
    return Object.values(this.held).every((count) => count === 0);
  }

  get connects(): TokenBucket {
    this.#connects ??= new TokenBucket();
    return this.#connects;
  }

  get bytes(): TokenBucket {
    this.#bytes ??= new TokenBucket();
    return this.#bytes;
  }

  useToday(now: number, count: number): number {
    if (this.#dayStartedAt === undefined || now - this.#dayStartedAt >= DAY_MS) {
      this.#dayStartedAt = now;
      this.#usedToday = 0;
    }
    this.#usedToday += count;
    return this.#usedToday;
  }

  dayEndsIn(now: number): number {
    return DAY_MS - (now - (this.#dayStartedAt ?? now));
  }
}

function connectRate({ connectsPerSecond, connectBurst }: ScopeLimits): Rate {
  return { perSecond: connectsPerSecond, burst: connectBurst };
}

const KINDS: Readonly<Record<Holding, string>> = {
  pipes: "open pipes",
  pendingPipes: "pipes that wait for their other end",
  reservations: "reservations",
};

function over(text: string, retryAfterMs: number): Verdict {
  return { code: RelayCode.Budget, text, retryAfterMs: Math.ceil(retryAfterMs) };
}
