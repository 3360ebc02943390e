/**
 * The directory in memory against the contract, and that it keeps nothing of who has left.
 * @module
 */

import { describe, expect, test } from "vitest";
import { directoryConformance } from "../../testing/directory-suite.ts";
import { memoryDirectory } from "./memory-directory.ts";

describe("the directory in memory", () => {
  directoryConformance(test, async () => ({ directory: memoryDirectory() }));

  test("forgets the rows of a relay that leaves, and tells so", async () => {
    const directory = memoryDirectory();
    const open = (name: string) =>
      directory.open({ name, answer: (question) => question, onLoss: () => {} });
    const [leaver, other] = [await open("a"), await open("b")];
    const told: string[] = [];
    await other.watch("node", (key, value) =>
      told.push(`${key} ${value ? "is there" : "is gone"}`),
    );
    for (const key of ["node.1", "node.2"]) await leaver.claim(key, Uint8Array.of(1));
    await other.claim("node.2", Uint8Array.of(2));
    await leaver.close();
    expect(told.slice(3)).toEqual(["node.1 is gone"]);
    expect(await other.lookup("node.1")).toBeUndefined();
    expect(await other.lookup("node.2")).toEqual(Uint8Array.of(2));
  });
});
