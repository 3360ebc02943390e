/**
 * AES-256-GCM in JavaScript: it runs everywhere, slowly, and looks its tables up by secret bytes, so
 * it is not constant-time.
 * @module
 */

import { gcm } from "@noble/ciphers/aes.js";
import type { NewGcm } from "./gcm.ts";
import { GCM_TAG } from "./gcm.ts";

/** The portable cipher. */
export const newGcm: NewGcm = (key) => ({
  seal(nonce, record, headerLength) {
    const cipher = gcm(key, nonce, record.subarray(0, headerLength));
    record.set(cipher.encrypt(record.subarray(headerLength, -GCM_TAG)), headerLength);
    return record;
  },
  open(nonce, sealed, headerLength) {
    const cipher = gcm(key, nonce, sealed.subarray(0, headerLength));
    try {
      return cipher.decrypt(sealed.subarray(headerLength));
    } catch {
      // The lengths are right, so there is one thing that can be wrong: the tag.
      return undefined;
    }
  },
});
