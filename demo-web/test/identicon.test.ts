/**
 * The picture made from a node id.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTICON_SIZE, identicon } from "../src/identicon.ts";

const hexId = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));

describe("identicon", () => {
  test("gives the same picture for the same id", () => {
    fc.assert(
      fc.property(hexId, (id) => {
        expect(identicon(id)).toEqual(identicon(id));
      }),
    );
  });

  test("gives different pictures for ids that differ in their first byte by half a turn", () => {
    const rest = "00".repeat(31);
    expect(identicon(`00${rest}`)).not.toEqual(identicon(`80${rest}`));
  });

  test("rarely gives two of a thousand ids the same picture", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(hexId, (id) => {
        seen.add(JSON.stringify(identicon(id)));
      }),
      { numRuns: 1_000, seed: 7 },
    );
    // fast-check repeats some ids on purpose.
    expect(seen.size).toBeGreaterThan(900);
  });

  test("draws as many tiles on the left as on the right, all inside the picture", () => {
    fc.assert(
      fc.property(hexId, (id) => {
        const starts = identicon(id).tiles.map((tile) => Number(/^M([\d.]+)/.exec(tile.path)?.[1]));
        expect(starts.length % 2).toBe(0);
        for (const x of starts) expect(x >= 0 && x <= IDENTICON_SIZE).toBe(true);
      }),
    );
  });

  test("draws something for a text that is no id", () => {
    expect(() => identicon("zz")).not.toThrow();
    expect(identicon("").ground).toMatch(/^oklch\(/);
  });
});
