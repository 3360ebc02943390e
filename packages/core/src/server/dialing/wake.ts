/**
 * The moments at which a page or a worker learns that it, or the network, was away.
 * @module
 */

import { newAbortController, page } from "../../env.ts";

/**
 * Calls `action` when the network is back (with true), and when the page is looked at again or was
 * thawed (with false), until the returned function is called.
 */
export function onWake(action: (networkIsBack: boolean) => void): () => void {
  const { document } = page;
  const control = newAbortController();
  const { signal } = control;
  const returned = (): void => {
    if (!document?.hidden) action(false);
  };
  page.addEventListener?.("online", () => action(true), { signal });
  page.addEventListener?.("pageshow", returned, { signal });
  document?.addEventListener("visibilitychange", returned, { signal });
  document?.addEventListener("resume", returned, { signal });
  return () => control.abort();
}
