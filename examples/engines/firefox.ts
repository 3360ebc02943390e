/**
 * Firefox, by Puppeteer over WebDriver BiDi.
 * @module
 */

import { launch } from "puppeteer-core";
import type { OpenPage } from "./engine.ts";

/** How long the browser may take to start: its first start on a machine reads all of it from disk. */
const START_MS = 100_000;

/** Opens pages in the Firefox at `path`. */
export function firefoxEngine(path: string): OpenPage {
  return async (url) => {
    const browser = await launch({
      browser: "firefox",
      executablePath: path,
      headless: true,
      timeout: START_MS,
      protocolTimeout: START_MS,
    });
    const page = await browser.newPage();
    await page.goto(url);
    return {
      text: (selector) => page.$eval(selector, (element) => element.textContent ?? ""),
      async enter(selector, text) {
        await page.type(selector, text);
        await page.keyboard.press("Enter");
      },
      close: () => browser.close(),
    };
  };
}
