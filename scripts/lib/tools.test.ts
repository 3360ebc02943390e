/**
 * Where tools are found, and what counts as a usable Go.
 * @module
 */
import { expect, test, vi } from "vitest";
import { isNewEnough, lookUp, TOOLS } from "./tools.mjs";

test.each(TOOLS)("takes the path of $title from $variable", ({ name, variable }) => {
  vi.stubEnv(variable, "/somewhere/it");
  expect(lookUp(name).path).toBe("/somewhere/it");
  vi.unstubAllEnvs();
});

test("says what installs the NATS server", () => {
  expect(lookUp("nats").packages).toEqual(["nats-server"]);
});

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
