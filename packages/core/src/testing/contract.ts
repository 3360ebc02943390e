/**
 * A contract as tests, for any test framework and any runtime.
 * @module
 */

/** What `test` of vitest, of `node:test` or of mocha does. */
export type DefineTest = (name: string, run: () => Promise<void>) => unknown;

/** A case: what the contract says, and how to see it. */
export type ContractCase<S> = readonly [name: string, run: (setup: S) => Promise<void>];

/** What a case runs on. */
interface Setup {
  cleanup?(): Promise<void>;
}

/** Defines a test for each case. `setup` is called for each. */
export function defineCases<S extends Setup>(
  test: DefineTest,
  cases: Iterable<ContractCase<S>>,
  setup: () => Promise<S>,
): void {
  for (const [name, run] of cases) {
    test(name, async () => {
      const made = await setup();
      try {
        await run(made);
      } finally {
        await made.cleanup?.();
      }
    });
  }
}
