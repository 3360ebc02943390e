/**
 * Numbers that tabs of one origin share out among themselves: by Web Locks, or over a channel where
 * a page has no locks, outside secure contexts.
 * @module
 */

import { systemClock, systemRandom } from "../env.ts";
import { P2PError } from "../errors.ts";
import { bytesToHex } from "../wire/bytes.ts";
import { ChannelClaim, MAX_NUMBER } from "./channel-claim.ts";
import type { Claim } from "./store.ts";

/** A page that was reloaded may ask before its predecessor's lock is gone. */
const RELOAD_WAIT_MS = 500;

/** A tab's own storage, which outlives a reload; workers have none. */
declare const sessionStorage: {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
};

/** Takes a number as `Store.claim` says; `name` is what it is for, the same in all tabs. */
export async function claimNumber(name: string): Promise<Claim> {
  const before = remembered(name);
  const claim = await (typeof navigator.locks === "undefined"
    ? claimByChannel(name, before)
    : claimByLock(name, before));
  remember(name, claim.number);
  return claim;
}

async function claimByLock(name: string, before: number | undefined): Promise<Claim> {
  if (before !== undefined) {
    // A tab that was duplicated has the memory of the other, and waits in vain.
    const claim = await lock(name, before, { signal: AbortSignal.timeout(RELOAD_WAIT_MS) });
    if (claim) return claim;
  }
  for (let number = 0; ; number++) {
    const claim = await lock(name, number, { ifAvailable: true });
    if (claim) return claim;
  }
}

function lock(name: string, number: number, options: LockOptions): Promise<Claim | undefined> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(`${name}.${number}`, options, (granted) => {
      if (!granted) return resolve(undefined);
      return new Promise<void>((release) => resolve({ number, release }));
    });
    held.catch((cause: unknown) => {
      if (options.signal?.aborted) resolve(undefined);
      else reject(refused(cause));
    });
  });
}

function claimByChannel(name: string, wanted: number | undefined): Promise<Claim> {
  const channel = new BroadcastChannel(name);
  const claim = new ChannelClaim({
    post: (message) => channel.postMessage(message),
    close: () => channel.close(),
    ticket: bytesToHex(systemRandom(new Uint8Array(16))),
    wanted,
    clock: systemClock,
  });
  channel.onmessage = ({ data }) => claim.take(data);
  return claim.claimed;
}

function remembered(name: string): number | undefined {
  try {
    const number = Number(sessionStorage.getItem(name) ?? Number.NaN);
    return Number.isInteger(number) && number >= 0 && number < MAX_NUMBER ? number : undefined;
  } catch {
    // There is no such storage, or it is forbidden: then a reload takes whatever is free.
    return undefined;
  }
}

function remember(name: string, number: number): void {
  try {
    sessionStorage.setItem(name, String(number));
  } catch {
    // As above.
  }
}

function refused(cause: unknown): P2PError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new P2PError(`the browser refuses a Web Lock: ${why}`, {
    code: "P2P_ERR_STORE_FAILED",
    cause,
  });
}
