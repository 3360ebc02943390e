/**
 * What a visitor does on the page, and what the tests read from it.
 * @module
 */

import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Where screenshots go; the folder is ignored by git. */
export const SCREENSHOTS: string = fileURLToPath(new URL("../.screenshots/", import.meta.url));

/** Waits until the page is connected; `timeout` in ms. */
export async function connected(page: Page, timeout = 60_000): Promise<void> {
  await page.locator(".pill-connected").waitFor({ timeout });
}

/** Says something in the chat. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message to the room").fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** The line of the chat that has this text; its head, if it has one, is in it. */
export function said(page: Page, text: string): Locator {
  return page.locator(".chat-line", { hasText: text });
}

/** Whoever is in the list of people by this name. */
export function personOf(page: Page, name: string): Locator {
  return page.locator(".person", { has: page.locator(".person-name", { hasText: name }) });
}

/** Waits until this tab and the one by that name are peers. */
export async function meets(page: Page, name: string, timeout = 30_000): Promise<void> {
  await personOf(page, name).getByText("through the relay, sealed").waitFor({ timeout });
}

/** Changes the visitor’s name. */
export async function rename(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Save" }).click();
  await personOf(page, name).waitFor();
}

/** The node id that the page shows, 64 hex digits. */
export async function nodeIdOf(page: Page): Promise<string> {
  return (await page.locator(".facts code").first().getAttribute("title")) ?? "";
}

/** The name of the control that has the focus. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });
}

/** Presses Tab until the control with this name has the focus, and can be seen to have it. */
export async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      return element !== null && getComputedStyle(element).outlineStyle !== "none";
    });
    expect([await focused(page), seen]).toEqual([expect.any(String), true]);
    if ((await focused(page)) === name) return;
  }
  throw new Error(`no Tab leads to ${name}`);
}

/** What axe-core finds wrong, a line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ""}`),
  );
}

/**
 * Saves the page at three widths, light and dark, under a state’s name, where `PEERKIT_SCREENSHOTS`
 * asks for it: that takes longer than the tests.
 */
export async function screenshots(page: Page, state: string): Promise<void> {
  if (!process.env.PEERKIT_SCREENSHOTS) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [390, 820, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const path = `${SCREENSHOTS}${state}-${width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
}

/** What a flood measured. */
export interface FloodReport {
  readonly frames: number;
  readonly seconds: number;
  readonly drawn: number;
  /** Durations of the long tasks, ms. */
  readonly long: number[];
}

/** Runs in the page: clicks the button 500 times a second, each click a foo and a bar. */
export async function flood(): Promise<FloodReport> {
  const button = document.querySelector<HTMLButtonElement>(".foo-button");
  const count = (): number =>
    Number(
      /^[\d\u2009\s]+/
        .exec(document.querySelector(".wire .section-count")?.textContent ?? "")?.[0]
        .replace(/\D/g, ""),
    );
  const long: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) long.push(entry.duration);
  });
  observer.observe({ entryTypes: ["longtask"] });
  let drawn = 0;
  let running = true;
  const draw = (): void => {
    drawn += 1;
    if (running) requestAnimationFrame(draw);
  };
  requestAnimationFrame(draw);
  const first = count();
  const start = performance.now();
  let clicks = 0;
  while (clicks < 2_000) {
    const due = Math.min(2_000, (performance.now() - start) / 2);
    for (; clicks < due; clicks++) button?.click();
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  const seconds = (performance.now() - start) / 1_000;
  await new Promise((resolve) => setTimeout(resolve, 500));
  running = false;
  observer.disconnect();
  return { frames: count() - first, seconds, drawn, long };
}

/** Asks the node at this address what it is. */
export async function ask(page: Page, address: string): Promise<void> {
  await page.getByLabel("Its address").fill(address);
  await page.getByRole("button", { name: "Ask it" }).click();
}

/** The list of frames. */
export function frameList(page: Page): Locator {
  return page.getByRole("listbox", { name: "Frames, the newest first" });
}
