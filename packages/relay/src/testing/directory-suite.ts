/**
 * The contract of a directory as tests, for any test framework.
 * @module
 */

import type { DefineTest } from "@peerkit/core/testing";
import { defineCases } from "@peerkit/core/testing";
import { questionCases } from "./question-cases.ts";
import { rowCases } from "./row-cases.ts";
import type { DirectorySetup } from "./setup.ts";
import { watchCases } from "./watch-cases.ts";

export type { DirectorySetup };

/** Runs the contract against a directory. `setup` is called for each case. */
export function directoryConformance(test: DefineTest, setup: () => Promise<DirectorySetup>): void {
  defineCases(test, [...rowCases, ...watchCases, ...questionCases], setup);
}
