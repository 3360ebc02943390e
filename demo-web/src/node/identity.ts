/**
 * The tab's private key: kept for a reload, never shared by two tabs.
 *
 * `sessionStorage` belongs to one tab and outlives a reload. A duplicated tab starts with a copy
 * of it, though, and two peers with one key would throw each other out. So a tab claims its key
 * before using it, by a Web Lock, or by asking the others on a BroadcastChannel where the page has
 * no locks (an insecure context); if the key is taken it makes a new one.
 * @module
 */

import {
  bytesToHex,
  generatePrivateKey,
  hexToBytes,
  isPrivateKey,
  nodeId,
  publicKeyOf,
} from "@peerkit/core";

const STORAGE_KEY = "peerkit.key";

/** A reloaded page may ask before its predecessor's lock is gone. */
const LOCK_WAIT_MS = 500;

/** How long other tabs have to object. */
const OBJECTION_MS = 150;

/** The tab's own key, 32 bytes; no other tab of this browser uses it. Never rejects. */
export async function claimIdentity(): Promise<Uint8Array> {
  const kept = keptKey();
  if (kept !== undefined && (await claim(kept))) return kept;
  const fresh = generatePrivateKey();
  await claim(fresh);
  try {
    sessionStorage.setItem(STORAGE_KEY, bytesToHex(fresh));
  } catch {
    // Storage may be forbidden; then a reload makes another key, and nothing else is lost.
  }
  return fresh;
}

function keptKey(): Uint8Array | undefined {
  try {
    const key = hexToBytes(sessionStorage.getItem(STORAGE_KEY) ?? "");
    return isPrivateKey(key) ? key : undefined;
  } catch {
    // Forbidden storage, or not our hex: as good as no key.
    return undefined;
  }
}

/** The claim names the node's id, which is public; other tabs learn nothing of the key. */
function claim(key: Uint8Array): Promise<boolean> {
  const name = `peerkit:${nodeId(publicKeyOf(key))}`;
  return navigator.locks === undefined ? claimByChannel(name) : claimByLock(name);
}

function claimByLock(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(LOCK_WAIT_MS);
    navigator.locks
      .request(name, { signal }, () => {
        resolve(true);
        // Held as long as the page lives.
        return new Promise<never>(() => {});
      })
      .catch(() => resolve(false));
  });
}

/** Whoever holds the name objects; of two that ask at once the one with the lower ticket has it. */
function claimByChannel(name: string): Promise<boolean> {
  const channel = new BroadcastChannel(name);
  const ticket = Math.random();
  let state: "asking" | "held" = "asking";
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      state = "held";
      resolve(true);
    }, OBJECTION_MS);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const theirs = typeof data === "number" ? data : -1;
      if (state === "held" || ticket < theirs) {
        if (theirs >= 0) channel.postMessage(-1);
        return;
      }
      clearTimeout(timer);
      channel.close();
      resolve(false);
    };
    channel.postMessage(ticket);
  });
}
