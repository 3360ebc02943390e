/**
 * The faster curves against noble: the same answers on random input, the same refusals.
 * @module
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hexToBytes } from "../wire/bytes.ts";
import { findCurve, firstCurve, nativeCurve, wasmCurve } from "./curve.node.ts";
import { findCurve as findPageCurve } from "./curve.page.ts";
import type { Curve } from "./curve.ts";
import { isPrivateKey, nobleCurve } from "./noble-curve.ts";
import {
  generatePrivateKey,
  loadCurve,
  publicKeyOf,
  recoverPublicKey,
  sharedSecret,
  sign,
} from "./secp256k1.ts";

const native = await nativeCurve().catch(() => undefined);
const curves: [string, Curve | undefined][] = [
  ["what Node has at once", firstCurve],
  ["libsecp256k1 in WebAssembly", await wasmCurve()],
  ["libsecp256k1, native", native],
];

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const anyKey = bytes(32).filter(isPrivateKey);

/** The answer, or that there is none. */
function outcome<T>(action: () => T): T | "refused" {
  try {
    return action();
  } catch {
    return "refused";
  }
}

const p = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
const n = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const zero = "00".repeat(32);
const one = `${"00".repeat(31)}01`;
const gx = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
const gy = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

describe.each(curves)("%s", (_, curve) => {
  const run = test.skipIf(!curve);
  const other = curve ?? nobleCurve;

  run("gives the points, secrets, signatures and recovered points that noble gives", () => {
    fc.assert(
      fc.property(anyKey, anyKey, bytes(32), (key, otherKey, digest) => {
        const point = nobleCurve.pointOf(otherKey);
        expect(Uint8Array.from(other.pointOf(otherKey))).toEqual(point);
        expect(Uint8Array.from(other.sharedX(key, point))).toEqual(nobleCurve.sharedX(key, point));
        const signature = nobleCurve.sign(digest, key);
        expect(other.sign(digest, key)).toEqual(signature);
        const recovery = signature[64]!;
        const recovered = other.recover(digest, signature.subarray(0, 64), recovery);
        expect(Uint8Array.from(recovered)).toEqual(nobleCurve.pointOf(key));
      }),
      { numRuns: 15 },
    );
  });

  run("takes and refuses any point as noble does", () => {
    const anyPoint = fc.oneof(
      bytes(64),
      fc.tuple(anyKey, fc.nat(63), fc.nat(255)).map(([key, at, change]) => {
        const point = nobleCurve.pointOf(key).slice(1);
        point[at]! ^= change;
        return point;
      }),
    );
    fc.assert(
      fc.property(anyPoint, (xy) => {
        const point = Uint8Array.of(4, ...xy);
        expect(other.isPoint(point)).toBe(nobleCurve.isPoint(point));
      }),
      { numRuns: 60 },
    );
  });

  run.each([
    ["off the curve", gx + zero],
    ["at infinity", zero + zero],
    ["with an x of the field's size", p + gy],
    ["with a y of the field's size", gx + p],
    ["with its coordinates swapped", gy + gx],
    ["of ones", "ff".repeat(64)],
  ])("knows a point %s for none", (_, xy) => {
    expect(other.isPoint(hexToBytes(`04${xy}`))).toBe(false);
  });

  run.each([
    ["a recovery id of 4", gx + one, 4],
    ["a recovery id of 255", gx + one, 255],
    ["r = 0", zero + one, 0],
    ["s = 0", gx + zero, 0],
    ["r = n", n + one, 0],
    ["s = n", gx + n, 1],
    ["an r that is no point's", `${"00".repeat(31)}05${one}`, 0],
    ["an r too large for the id 2", gx + one, 2],
  ])("refuses a signature with %s", (_, rs, recovery) => {
    const recover = (by: Curve) =>
      outcome(() => by.recover(hexToBytes(gx), hexToBytes(rs), recovery));
    expect(recover(nobleCurve)).toBe("refused");
    expect(recover(other)).toBe("refused");
  });

  run("recovers from any signature what noble does, or nothing", () => {
    fc.assert(
      fc.property(bytes(32), bytes(64), fc.nat(5), (digest, signature, recovery) => {
        const recover = (by: Curve) => {
          const point = outcome(() => by.recover(digest, signature, recovery));
          return point === "refused" ? point : Uint8Array.from(point);
        };
        expect(recover(other)).toEqual(recover(nobleCurve));
      }),
      { numRuns: 40 },
    );
  });
});

describe("the curve in use", () => {
  test("is libsecp256k1 in Node, and noble in a page", async () => {
    expect(await findCurve()).toBeDefined();
    expect(await findPageCurve()).toBeUndefined();
  });

  test("gives the same before and after the faster one is loaded", async () => {
    const key = new Uint8Array(32).fill(5);
    const all = () => {
      const publicKey = publicKeyOf(key);
      const signature = sign(new Uint8Array(32), key);
      const recovered = recoverPublicKey(new Uint8Array(32), signature);
      return { publicKey, signature, recovered, secret: sharedSecret(key, publicKey) };
    };
    const before = all();
    await loadCurve();
    expect(all()).toEqual(before);
    expect(publicKeyOf(generatePrivateKey()).constructor).toBe(Uint8Array);
  });

  test("refuses a bad point before computing with it, whichever it is", async () => {
    const refusal = expect.objectContaining({ code: "P2P_ERR_BAD_POINT" });
    await loadCurve();
    for (const bad of [gx + zero, zero + zero, p + gy, gx]) {
      expect(() => sharedSecret(new Uint8Array(32).fill(5), hexToBytes(bad))).toThrow(refusal);
    }
  });
});
