/**
 * Errors: every code is documented, and copies of the package recognise each other's.
 * @module
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DisconnectError, DiscReason, formatReason, P2PError } from "./errors.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("each code has a heading in docs/errors.md, and no heading is without a code", () => {
  const codes = [...read("./errors.ts").matchAll(/\| "(P2P_ERR_\w+)"/g)].map(([, code]) => code);
  const headings = [...read("../../../docs/errors.md").matchAll(/^### (P2P_ERR_\w+)$/gm)];
  expect(codes.length).toBeGreaterThan(30);
  expect(headings.map(([, code]) => code).sort()).toEqual(codes.sort());
});

test("reasons are shown in words and as on the wire", () => {
  expect(formatReason(DiscReason.TooManyPeers)).toBe("too many peers (0x04)");
  expect(formatReason(0x42)).toBe("unknown disconnect reason (0x42)");
});

test("an error of another copy of the package is recognised", () => {
  const error = new P2PError("x", { code: "P2P_ERR_STREAM", cause: 1 });
  expect(P2PError.is(error)).toBe(true);
  const foreign = Object.assign(new Error("x"), { [Symbol.for("peerkit.P2PError")]: true });
  expect(P2PError.is(foreign)).toBe(true);
  expect(P2PError.is(new Error("x"))).toBe(false);
  expect(P2PError.is(null)).toBe(false);
  expect(error.cause).toBe(1);
});

test("a disconnect says who gave the reason", () => {
  const error = new DisconnectError(DiscReason.TooManyPeers, { remote: true });
  expect(error.message).toBe("the peer left: too many peers (0x04)");
  expect(error).toMatchObject({ name: "DisconnectError", code: "P2P_ERR_DISCONNECTED", reason: 4 });
});
