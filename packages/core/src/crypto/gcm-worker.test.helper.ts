/**
 * A worker that seals one record by its platform's cipher.
 * @module
 */

import { newGcm } from "#gcm";

addEventListener("message", async ({ data: { key, nonce, record } }) => {
  const sealing = newGcm(key).seal(nonce, record, 3);
  postMessage({ sealed: await sealing, later: sealing instanceof Promise });
});
