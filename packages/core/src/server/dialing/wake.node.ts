/**
 * In Node nobody tells that the network was away: `server.redial()` is for who knows.
 * @module
 */

/** Never calls `action`. */
export function onWake(_action: (networkIsBack: boolean) => void): () => void {
  return () => {};
}
