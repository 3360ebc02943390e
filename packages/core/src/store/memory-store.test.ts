import { describe, expect, test } from "vitest";
import { storeConformance } from "../testing/store-suite.ts";
import { memoryStore } from "./memory-store.ts";

describe("a store in memory", () => {
  storeConformance(test, async () => ({ store: memoryStore() }));

  test("says that it forgets, and why if it knows", () => {
    expect(memoryStore().volatile).toBe("it is in memory");
    expect(memoryStore({ volatile: "storage is full" }).volatile).toBe("storage is full");
  });
});
