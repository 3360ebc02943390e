/**
 * What counts as a usable Go.
 * @module
 */
import { expect, test } from "vitest";
import { isNewEnough } from "./tools.mjs";

test.each([
  ["go1.24", true],
  ["go1.26.8\n", true],
  ["go1.24rc1", true],
  ["go2.0", true],
  ["go1.19.8", false],
  ["go1.9", false],
  ["devel", false],
  ["", false],
])("takes the Go version %j as new enough: %s", (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
