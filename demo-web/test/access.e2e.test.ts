/**
 * The page for everyone: by keyboard, for a screen reader, at every width, under load.
 * @module
 */

import { describe, expect, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import {
  connected,
  flood,
  focused,
  frameList,
  say,
  screenshots,
  tabTo,
  violations,
} from "./page-actions.ts";

describe.skipIf(chromiumNeed.missing)(`the demo for everyone${chromiumNeed.note}`, () => {
  const demo = useDemo();

  test("can be used by keyboard alone", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await tabTo(page, "Send “foo”");
    await page.keyboard.press("Enter");
    await page.locator(".chart figcaption").getByText("2 rounds:").waitFor();
    await tabTo(page, "Rename");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Keys");
    await page.keyboard.press("Enter");
    await page.locator(".person", { hasText: "Keys" }).waitFor();
    await expect.poll(() => focused(page)).toBe("Rename");
    await tabTo(page, "Message to the room");
    await page.keyboard.type("typed");
    await page.keyboard.press("Enter");
    await page.locator(".chat-text", { hasText: "typed" }).waitFor();
    await tabTo(page, "Frames, the newest first");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await frameList(page).getByRole("option", { selected: true }).waitFor();
    await page.locator(".detail h3").waitFor();
    for (let i = 0; i < 3; i++) await page.keyboard.press("Shift+Tab");
    expect(await focused(page)).toBe("Pause");
  });

  test.each(["light", "dark"] as const)(
    "has no accessibility violations, %s",
    async (colorScheme) => {
      const page = await demo.visitor({ colorScheme });
      await demo.open(page);
      await say(page, "hello");
      await page.locator(".chat-text").first().waitFor();
      await page.locator(".step-button").first().click();
      await frameList(page).getByRole("option").first().click();
      expect(await violations(page)).toEqual([]);
      await demo.relay.stop();
      await page.getByText(/to try again/).waitFor();
      expect(await violations(page)).toEqual([]);
      await demo.relay.start();
      await connected(page);
    },
  );

  test("fits every width, light and dark", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await say(page, "hello from this tab");
    await page.getByRole("button", { name: "Send “foo”" }).click();
    await frameList(page).getByRole("option").first().click();
    await screenshots(page, "connected");
    for (const width of [320, 390, 820, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect([width, over <= 0]).toEqual([width, true]);
    }
  });

  test("stays quick at a thousand frames a second", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    const report = await page.evaluate(flood);
    const rows = await frameList(page).getByRole("option").count();
    expect(report.frames).toBeGreaterThan(1_000);
    expect(rows).toBeLessThan(60);
    await connected(page);
    console.log(
      `${Math.round(report.frames / report.seconds)} frames/s for ${report.seconds.toFixed(1)} s: ` +
        `${report.drawn} animation frames, ${report.long.length} long tasks, ` +
        `the longest ${Math.round(Math.max(0, ...report.long))} ms`,
    );
  });
});
