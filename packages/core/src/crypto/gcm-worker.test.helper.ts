/**
 * A worker that seals one record by its platform's cipher.
 * @module
 */

import { newGcm } from "#gcm";

addEventListener("message", async ({ data: { key, nonce, header, plaintext } }) => {
  const sealing = newGcm(key).seal(nonce, header, plaintext);
  postMessage({ sealed: await sealing, later: sealing instanceof Promise });
});
