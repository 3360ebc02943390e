/**
 * The contract of a store as tests, for any test framework and any runtime.
 * @module
 */

import type { Store } from "../store/store.ts";
import { equal, ok, rejection, sameBytes } from "./assert.ts";
import type { ContractCase, DefineTest } from "./contract.ts";
import { defineCases } from "./contract.ts";

/** An empty store under test. */
export interface StoreSetup {
  readonly store: Store;
  /** The same store for someone else. Absent where it has one user. */
  reopen?(): Promise<Store>;
  cleanup?(): Promise<void>;
}

/** Runs the contract against a store. `setup` is called for each case. */
export function storeConformance(test: DefineTest, setup: () => Promise<StoreSetup>): void {
  defineCases(test, cases, setup);
}

const cases: readonly ContractCase<StoreSetup>[] = [
  [
    "has nothing at first",
    async ({ store }) => {
      equal(await store.get("a"), undefined, "value");
      equal((await store.keys()).length, 0, "number of keys");
      await store.delete("a");
    },
  ],
  [
    "gives what was kept last, to others as well",
    async ({ store, reopen }) => {
      for (const size of [0, 1, 100_000]) await store.set("a", pattern(size));
      await holds(store, "a", pattern(100_000));
      if (reopen) await holds(await reopen(), "a", pattern(100_000));
    },
  ],
  [
    "does one thing after the other, though nobody waits",
    async ({ store }) => {
      // The first takes longer.
      await Promise.all([store.set("a", pattern(4_000_000)), store.set("a", pattern(1))]);
      await holds(store, "a", pattern(1));
      await Promise.all([store.set("a", pattern(4_000_000)), store.delete("a")]);
      equal(await store.get("a"), undefined, "value");
    },
  ],
  [
    "has copies, so that nothing changes behind anyone's back",
    async ({ store }) => {
      const given = pattern(10);
      const kept = store.set("a", given);
      given.fill(0);
      await kept;
      (await store.get("a"))?.fill(1);
      await holds(store, "a", pattern(10));
    },
  ],
  [
    "takes a part of a larger array for that part alone",
    async ({ store }) => {
      await store.set("a", pattern(100).subarray(10, 12));
      await holds(store, "a", pattern(100).slice(10, 12));
    },
  ],
  [
    "adds only where there is nothing, whoever is first",
    async ({ store, reopen }) => {
      const other = (await reopen?.()) ?? store;
      const added = await Promise.all([
        store.add("a", new Uint8Array([1])),
        other.add("a", new Uint8Array([2])),
      ]);
      equal(added.filter(Boolean).length, 1, "how many were first");
      await holds(store, "a", new Uint8Array([added[0] ? 1 : 2]));
      equal(await store.add("a", new Uint8Array([3])), false, "added over a value");
      await holds(other, "a", new Uint8Array([added[0] ? 1 : 2]));
    },
  ],
  [
    "forgets what is deleted",
    async ({ store, reopen }) => {
      await store.set("a", pattern(1));
      await store.set("b", pattern(2));
      await store.delete("a");
      const other = (await reopen?.()) ?? store;
      equal(await other.get("a"), undefined, "value");
      await holds(other, "b", pattern(2));
      equal(await store.add("a", pattern(3)), true, "added after a delete");
    },
  ],
  [
    "lists its keys in order, all or those with a prefix",
    async ({ store }) => {
      for (const key of ["node.b", "seq.a", "node.a", "node", "identity.10"]) {
        await store.set(key, pattern(1));
      }
      const all = "identity.10 node node.a node.b seq.a";
      equal((await store.keys()).join(" "), all, "all keys");
      equal((await store.keys("node.")).join(" "), "node.a node.b", "keys of node.");
      equal((await store.keys("x")).length, 0, "keys of x");
    },
  ],
  [
    "takes every key that it promises, and no other",
    async ({ store }) => {
      for (const key of ["a", "0", ".a", "a b", "Key_1-é", "k".repeat(128)]) {
        await store.set(key, pattern(key.length));
        await holds(store, key, pattern(key.length));
      }
      const wrong = [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a\n",
        "a\0",
        "a:b",
        "a.",
        "a ",
        "k".repeat(129),
      ];
      for (const key of wrong) {
        const actions = [
          () => store.get(key),
          () => store.set(key, pattern(1)),
          () => store.add(key, pattern(1)),
          () => store.delete(key),
        ];
        for (const action of actions) {
          const error = await rejection(action());
          ok(error instanceof RangeError, `expected a RangeError, got ${String(error)}`);
          ok(error.message.startsWith("key: "), `expected the argument's name: ${error.message}`);
        }
      }
    },
  ],
  [
    "refuses a value that isn't bytes, or is too large, and keeps what it has",
    async ({ store }) => {
      await store.set("a", pattern(1));
      const text = "text" as unknown as Uint8Array;
      ok((await rejection(store.set("a", text))) instanceof TypeError, "expected a TypeError");
      const large = new Uint8Array(16_777_217);
      ok((await rejection(store.set("a", large))) instanceof RangeError, "expected a RangeError");
      await holds(store, "a", pattern(1));
    },
  ],
];

async function holds(store: Store, key: string, expected: Uint8Array): Promise<void> {
  const value = await store.get(key);
  ok(value !== undefined, `"${key}" has no value`);
  equal(value.constructor, Uint8Array, "class of the value");
  sameBytes(value, expected);
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 7);
}
