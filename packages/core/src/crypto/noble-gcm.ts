/**
 * AES-256-GCM in JavaScript: it runs everywhere, slowly, and looks its tables up by secret bytes, so
 * it is not constant-time.
 * @module
 */

import { gcm } from "@noble/ciphers/aes.js";
import { concatBytes } from "../wire/bytes.ts";
import type { NewGcm } from "./gcm.ts";

/** The portable cipher. */
export const newGcm: NewGcm = (key) => ({
  seal: (nonce, header, plaintext) =>
    concatBytes(header, gcm(key, nonce, header).encrypt(plaintext)),
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
