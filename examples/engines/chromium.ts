/**
 * Chromium, by Playwright.
 * @module
 */

import { chromium } from "playwright-core";
import type { OpenPage } from "./engine.ts";

/** Opens pages in the Chromium at `path`, with its command-line `flags`. */
export function chromiumEngine(path: string, flags: readonly string[]): OpenPage {
  return async (url) => {
    const browser = await chromium.launch({ executablePath: path, args: [...flags] });
    const page = await browser.newPage();
    await page.goto(url);
    return {
      text: async (selector) => (await page.textContent(selector)) ?? "",
      enter: async (selector, text) => {
        await page.fill(selector, text);
        await page.press(selector, "Enter");
      },
      close: () => browser.close(),
    };
  };
}
