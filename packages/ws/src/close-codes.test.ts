/**
 * Tests of the ends of a stream as close codes.
 * @module
 */

import type { P2PError } from "@peerkit/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { closeFrame, reportClose } from "./close-codes.ts";

interface Seen {
  ended: boolean;
  error?: P2PError;
  reason?: number | undefined;
}

function report(code: number, text = ""): Seen {
  const seen: Seen = { ended: false };
  reportClose(
    {
      data: () => expect.unreachable(),
      end() {},
      closed() {
        seen.ended = true;
      },
      fail(error, reason) {
        seen.error = error;
        seen.reason = reason;
      },
    },
    code,
    text,
  );
  return seen;
}

test("takes 1000 alone for an end in order", () => {
  expect(report(1000)).toEqual({ ended: true });
  for (const code of [1001, 1005, 1006, 1009, 1015, 3000, 3999, 4256, 4999]) {
    const { ended, error, reason } = report(code);
    expect(ended).toBe(false);
    expect(error?.code).toBe("P2P_ERR_STREAM");
    expect(reason).toBeUndefined();
  }
});

test("carries every disconnect reason there and back", () => {
  for (let reason = 0; reason <= 0xff; reason++) {
    const seen = report(...closeFrame(reason, "why"));
    expect(seen.reason).toBe(reason);
    expect(seen.error?.reason).toBe(reason);
    expect(seen.error?.message).toMatch(/why$/);
  }
});

test("cuts a text to 123 bytes without breaking a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const [, cut] = closeFrame(0, text);
      expect(text.startsWith(cut)).toBe(true);
      const bytes = new TextEncoder().encode(cut);
      expect(bytes.length).toBeLessThanOrEqual(123);
      expect(new TextDecoder("utf-8", { fatal: true }).decode(bytes)).toBe(cut);
    }),
  );
  expect(closeFrame(0, "é".repeat(100))).toEqual([4000, "é".repeat(61)]);
});
