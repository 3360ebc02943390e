/**
 * A browser and a relay for a file of tests.
 * @module
 */

import { mkdir } from "node:fs/promises";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from "vitest";
import { CHROMIUM_FLAGS, needs } from "../../scripts/needs.mjs";
import { connected, SCREENSHOTS } from "./page-actions.ts";
import { Relay } from "./relay.ts";

/** Whether Chromium is there. */
export const chromiumNeed: ReturnType<typeof needs> = needs("chromium");

/** A name that is no loopback name, so that the page under it is no secure context. */
const LAN_NAME = "demo.test";

/** What a test has at hand. */
export interface Demo {
  readonly relay: Relay;
  /** The page's address as another machine would have it: no secure context. */
  readonly lanUrl: string;
  /** A tab of a visitor with a browser profile of their own, without motion. */
  visitor(options?: BrowserContextOptions): Promise<Page>;
  /** Opens the page and waits until it is connected. What it reports as wrong fails the test. */
  open(page: Page, url?: string): Promise<void>;
}

/**
 * Starts both before the tests of a file and ends them after; call it inside `describe`. The relay gets
 * these flags besides its own.
 */
export function useDemo(flags: () => readonly string[] = () => []): Demo {
  let browser: Browser | undefined;
  let relay: Relay | undefined;
  const started = (): Relay => {
    if (relay === undefined) throw new Error("the relay is not started yet");
    return relay;
  };
  beforeAll(async () => {
    relay = await Relay.start(...flags());
    browser = await launch();
    await mkdir(SCREENSHOTS, { recursive: true });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    // A test that fails while the relay is stopped must not take the next ones with it.
    await relay?.start();
  });
  afterAll(async () => {
    await browser?.close();
    await relay?.end();
  });
  return {
    get relay() {
      return started();
    },
    get lanUrl() {
      return started().url.replace("127.0.0.1", LAN_NAME);
    },
    async visitor(options = {}) {
      if (browser === undefined) throw new Error("the browser is not started yet");
      const context = await browser.newContext({ reducedMotion: "reduce", ...options });
      return context.newPage();
    },
    open: (page, url = started().url) => open(page, url),
  };
}

function launch(): Promise<Browser> {
  const args = [...CHROMIUM_FLAGS, `--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`];
  return chromium.launch({ executablePath: chromiumNeed.path, args });
}

async function open(page: Page, url: string): Promise<void> {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    // A relay that is stopped or started on purpose makes the browser report what failed meanwhile.
    const own = !/net::ERR_|^WebSocket connection to/.test(message.text());
    if (message.type() === "error" && own) wrong.push(message.text());
  });
  onTestFinished(() => expect(wrong).toEqual([]));
  await page.goto(url);
  await connected(page);
}
