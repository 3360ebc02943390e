/**
 * The few assertions that the suite needs, without a test framework.
 * @module
 */

import type { P2PErrorCode } from "../errors.ts";
import { P2PError } from "../errors.ts";

/** Throws an `Error` with the text unless the condition holds. */
export function ok(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both are the same value. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  ok(Object.is(actual, expected), `${what}: expected ${String(expected)}, got ${String(actual)}`);
}

/** Throws unless both arrays hold the same bytes. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  equal(actual.length, expected.length, "length");
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) equal(actual[i], expected[i], `byte ${i}`);
  }
}

/** Resolves with what the promise rejects with; throws when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${String(value)}`);
}

/** Throws unless the promise rejects with a `P2PError`, of this code if one is given. */
export async function rejectsWith(promise: Promise<unknown>, code?: P2PErrorCode): Promise<void> {
  isP2PError(await rejection(promise), code);
}

/** Throws unless it is a `P2PError`, of this code if one is given. */
export function isP2PError(error: unknown, code?: P2PErrorCode): asserts error is P2PError {
  ok(P2PError.is(error), `expected a P2PError, got ${String(error)}`);
  if (code !== undefined) equal(error.code, code, `code of "${error.message}"`);
}
