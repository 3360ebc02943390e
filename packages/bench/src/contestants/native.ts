/**
 * The optional native secp256k1 of our handshake: whether it is there, and how to do without it.
 * @module
 */

import { createRequire, register } from "node:module";
import { NotAvailableError } from "../link.ts";

/** What our side imports. */
const NATIVE = "secp256k1/bindings.js";

/** Whether our side finds the native package, and the package its binary. */
export function hasNative(): boolean {
  try {
    createRequire(import.meta.resolve("@peerkit/core"))(NATIVE);
    return true;
  } catch {
    // It is optional.
    return false;
  }
}

/** @throws NotAvailableError where it isn't there. */
export function requireNative(): void {
  if (!hasNative()) throw new NotAvailableError("the optional package secp256k1 isn't installed");
}

/** Makes this process find no native package from here on, as if it weren't installed. */
export function leaveNativeOut(): void {
  const hooks = `export async function resolve(name, context, next) {
    if (name === ${JSON.stringify(NATIVE)}) throw new Error("left out");
    return next(name, context);
  }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
