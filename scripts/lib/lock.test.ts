/**
 * The lock file is completed for platforms that the registry at hand left out.
 * @module
 */
import { expect, test } from "vitest";
import { missingEntries } from "./lock.mjs";

test("adds the optional packages of other platforms that aren't locked", () => {
  const optionalDependencies = {
    "@x/tool-linux-x64-musl": "1.2.3",
    "@x/tool-linux-x64-gnu": "1.2.3",
    "@x/tool-darwin-arm64": "1.2.3",
  };
  const packages = {
    "node_modules/@x/tool": { version: "1.2.3", dev: true, optionalDependencies },
    "node_modules/@x/tool-linux-x64-gnu": { version: "1.2.3" },
  };
  const common = { version: "1.2.3", dev: true, optional: true };
  expect(missingEntries({ packages })).toEqual([
    [
      "node_modules/@x/tool-linux-x64-musl",
      { ...common, cpu: ["x64"], os: ["linux"], libc: ["musl"] },
    ],
    ["node_modules/@x/tool-darwin-arm64", { ...common, cpu: ["arm64"], os: ["darwin"] }],
  ]);
});

test("leaves out optional packages that aren't for one platform", () => {
  const packages = { "node_modules/y": { optionalDependencies: { bufferutil: "^4.0.0" } } };
  expect(missingEntries({ packages })).toEqual([]);
});
