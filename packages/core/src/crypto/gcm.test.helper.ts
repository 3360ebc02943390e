/**
 * What the ciphers seal.
 * @module
 */

import { concatBytes } from "../wire/bytes.ts";
import { GCM_TAG } from "./gcm.ts";

/** A new record that isn't sealed, with room for its tag. */
export function unsealed(header: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return concatBytes(header, plaintext, new Uint8Array(GCM_TAG));
}
