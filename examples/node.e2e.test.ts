/**
 * The Node example as two real processes.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startExample, startListener } from "./test-process.ts";

describe("the Node example", () => {
  let listener: Awaited<ReturnType<typeof startListener>>;
  beforeAll(async () => {
    listener = await startListener();
  });
  afterAll(() => listener.stop());

  test("prints a dialable address for each listener", () => {
    expect(listener.tcp).toMatch(/^enode:\/\/[0-9a-f]{128}@127\.0\.0\.1:\d+$/);
    expect(listener.ws).toMatch(/^enode\+ws:\/\/[0-9a-f]{128}@127\.0\.0\.1:\d+(\/.*)?$/);
  });

  test.each(["tcp", "ws"] as const)("gets bar for its foo over %s, and ends", async (transport) => {
    const dialer = startExample(listener[transport]);
    expect((await dialer.lines.next()).value).toBe("recv: bar");
    expect(await dialer.exit).toBe(0);
  });
});
