/**
 * Who a tab is, in secure and in insecure contexts.
 * @module
 */

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import { connected, nodeIdOf, rename, screenshots } from "./page-actions.ts";

describe.skipIf(chromiumNeed.missing)(`the demo’s tabs${chromiumNeed.note}`, () => {
  const demo = useDemo();

  for (const [title, address] of [
    ["a secure context", () => demo.relay.url],
    ["an insecure context", () => demo.lanUrl],
  ] as const) {
    test(`keeps its id on reload and gives a duplicated tab one of its own, in ${title}`, async () => {
      const page = await demo.visitor();
      await demo.open(page, address());
      const id = await nodeIdOf(page);
      await page.reload();
      await connected(page);
      expect(await nodeIdOf(page)).toBe(id);

      const twin = await duplicate(page);
      const twinId = await nodeIdOf(twin);
      expect(twinId).not.toBe(id);
      await connected(page);

      // Its own id, though a lower one has become free; that is the next tab's.
      await page.close();
      await twin.reload();
      await connected(twin);
      expect(await nodeIdOf(twin)).toBe(twinId);
      expect(await nodeIdOf(await duplicate(twin))).toBe(id);
    });
  }

  test("says what a reload costs where the browser refuses to store", async () => {
    const page = await demo.visitor();
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, "indexedDB", { value: undefined });
    });
    await demo.open(page);
    await page.getByText("A reload will make this tab another node").waitFor();
    const id = await nodeIdOf(page);
    await page.reload();
    await connected(page);
    expect(await nodeIdOf(page)).not.toBe(id);
  });

  test("keeps the name that the visitor chose", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await rename(page, "Grace");
    await page.reload();
    await page.locator(".person", { hasText: "Grace" }).waitFor();
  });

  test("works in an insecure context and says why it is slower there", async () => {
    const page = await demo.visitor();
    await demo.open(page, demo.lanUrl);
    expect(await page.evaluate(() => [isSecureContext, crypto.subtle === undefined])).toEqual([
      false,
      true,
    ]);
    const note = await page.locator("#insecure").textContent();
    expect(note).toContain("crypto.subtle");
    expect(note).toMatch(/The handshake took [\d.]+ (ms|s)/);
    await page.getByRole("button", { name: "Send “foo”" }).click();
    await page.locator(".chart figcaption").getByText("2 rounds:").waitFor();
    await screenshots(page, "insecure");
  });
});

/** A window that a page opens starts with a copy of its session storage, as a duplicated tab does. */
async function duplicate(page: Page): Promise<Page> {
  const popup = page.waitForEvent("popup");
  await page.evaluate(() => void window.open(location.href));
  const twin = await popup;
  await connected(twin);
  return twin;
}
