/**
 * Firefox, by Puppeteer over WebDriver BiDi.
 * @module
 */

import { launch } from "puppeteer-core";
import type { OpenPage } from "./engine.ts";

/** Opens pages in the Firefox at `path`. */
export function firefoxEngine(path: string): OpenPage {
  return async (url) => {
    const browser = await launch({ browser: "firefox", executablePath: path, headless: true });
    const page = await browser.newPage();
    await page.goto(url);
    return {
      text: (selector) => page.$eval(selector, (element) => element.textContent ?? ""),
      close: () => browser.close(),
    };
  };
}
