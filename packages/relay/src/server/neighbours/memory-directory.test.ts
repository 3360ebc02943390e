/**
 * The directory in memory against the contract.
 * @module
 */

import { describe, test } from "vitest";
import { directoryConformance } from "../../testing/directory-suite.ts";
import { memoryDirectory } from "./memory-directory.ts";

describe("the directory in memory", () => {
  directoryConformance(test, async () => ({ directory: memoryDirectory() }));
});
