/**
 * Keccak-256 as Ethereum uses it (the padding from before SHA-3), whole and running.
 * @module
 */

import { keccak_256 } from "@noble/hashes/sha3.js";

/** Hashes the parts one after the other. 32 bytes. */
export function keccak256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = keccak_256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A hash that goes on after its digest was looked at: RLPx takes its MACs that way. */
export class RunningKeccak {
  readonly #state = keccak_256.create();
  readonly #scratch = keccak_256.create();

  update(bytes: Uint8Array): void {
    this.#state.update(bytes);
  }

  /** Writes the digest so far, 32 bytes, into `out`. What is added later continues from before it. */
  digestInto(out: Uint8Array): void {
    this.#state._cloneInto(this.#scratch);
    this.#scratch.digestInto(out);
  }
}
