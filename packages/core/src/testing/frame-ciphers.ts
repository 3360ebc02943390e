/**
 * The frame ciphers there are, for tests that must hold for each.
 * @module
 */

import type { NewFrameCipher } from "../rlpx/frame-cipher.ts";
import { newKernelFrameCipher } from "../rlpx/kernel-frame-cipher.ts";
import { NobleFrameCipher } from "../rlpx/noble-frame-cipher.ts";

/** Each with a name for the title. */
export const everyFrameCipher: readonly {
  readonly name: string;
  readonly newCipher: NewFrameCipher;
}[] = [
  { name: "in JavaScript", newCipher: (keys) => new NobleFrameCipher(keys) },
  { name: "in the kernel", newCipher: await newKernelFrameCipher() },
];
