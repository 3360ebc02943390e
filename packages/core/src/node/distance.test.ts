import fc from "fast-check";
import { expect, test } from "vitest";
import { compareDistance, logDistance } from "./distance.ts";

const id = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));
const asNumber = (text: string): bigint => BigInt(`0x${text}`);

test("the logarithmic distance is the bit length of the exclusive or", () => {
  const near = id.chain((a) =>
    fc.nat(255).map((bit): [string, string] => {
      const b = asNumber(a) ^ (1n << BigInt(bit));
      return [a, b.toString(16).padStart(64, "0")];
    }),
  );
  fc.assert(
    fc.property(fc.oneof(near, fc.tuple(id, id)), ([a, b]) => {
      const difference = asNumber(a) ^ asNumber(b);
      expect(logDistance(a, b)).toBe(difference === 0n ? 0 : difference.toString(2).length);
      expect(logDistance(b, a)).toBe(logDistance(a, b));
    }),
  );
  expect(logDistance("0".repeat(64), "0".repeat(64))).toBe(0);
  expect(logDistance("0".repeat(64), "F".repeat(64))).toBe(256);
});

test("ids sort by their distance to a target", () => {
  fc.assert(
    fc.property(id, id, id, (target, a, b) => {
      const [left, right] = [a, b].map((each) => asNumber(each) ^ asNumber(target));
      const expected = left! < right! ? -1 : left! > right! ? 1 : 0;
      expect(Math.sign(compareDistance(target, a, b))).toBe(expected);
    }),
  );
  const one = "1".repeat(64);
  expect(compareDistance("0".repeat(64), one, one)).toBe(0);
});

test("what is no id is refused by name", () => {
  const good = "a".repeat(64);
  expect(() => logDistance(good, "a")).toThrow("b: expected a node id");
  expect(() => compareDistance("", good, good)).toThrow(RangeError);
});
