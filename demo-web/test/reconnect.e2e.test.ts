/**
 * The page when the relay or the network goes away and comes back.
 * @module
 */

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import {
  connected,
  focused,
  meets,
  nodeIdOf,
  rename,
  said,
  say,
  screenshots,
} from "./page-actions.ts";

/** Within that time of the relay’s return all tabs are peers again. */
const BACK_MS = 5_000;

describe.skipIf(chromiumNeed.missing)(`the demo without its relay${chromiumNeed.note}`, () => {
  const demo = useDemo();

  test("says why when the relay stops, and is back by itself when it returns", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await say(page, "before the break");
    await page.locator(".chat-text", { hasText: "before the break" }).waitFor();
    const id = await nodeIdOf(page);

    await demo.relay.stop();
    // The status may have gone on to the next attempt by now; the conversation keeps it.
    const end = "Disconnected: the relay closed the connection: client quitting (0x08).";
    await page.getByText(end).waitFor();
    await page
      .locator(".status-why")
      .getByText(/Can’t reach the relay: it isn’t answering at 127\.0\.0\.1:\d+\./)
      .waitFor();
    await page.getByText(/\d+ s to try again/).waitFor();
    expect(await page.getByRole("button", { name: "Send “foo”" }).isDisabled()).toBe(true);
    await screenshots(page, "unreachable");

    await demo.relay.start();
    await connected(page);
    await page.getByText("Connected again.").waitFor();
    expect(await page.locator(".chat-text", { hasText: "before the break" }).count()).toBe(1);
    expect(await nodeIdOf(page)).toBe(id);
    await say(page, "after the break");
    await page.locator(".chat-text", { hasText: "after the break" }).waitFor();
  });

  test("is back in its room, conversation and canvas within 5 s of the relay’s return", async () => {
    const [ada, bob] = [await demo.visitor(), await demo.visitor()];
    await Promise.all([demo.open(ada), demo.open(bob)]);
    await Promise.all([rename(ada, "Ada"), rename(bob, "Bob")]);
    await Promise.all([meets(ada, "Bob"), meets(bob, "Ada")]);
    await say(ada, "before the break");
    await said(bob, "before the break").waitFor();
    await draw(ada);
    const strokes = bob.locator(".canvas polyline");
    await strokes.first().waitFor({ state: "attached" });

    await demo.relay.stop();
    for (const page of [ada, bob]) {
      await page.getByText("Disconnected: the relay closed the connection").waitFor();
    }
    await say(ada, "meanwhile");
    await draw(ada);

    await demo.relay.start();
    await Promise.all([meets(ada, "Bob", BACK_MS), meets(bob, "Ada", BACK_MS)]);
    for (const [page, other] of [
      [ada, "Bob"],
      [bob, "Ada"],
    ] as const) {
      await page.getByText("Connected again.").waitFor();
      await page.getByText(`${other} is back.`).waitFor();
    }
    await say(bob, "after the break");
    for (const page of [ada, bob]) {
      const texts = page.locator(".chat-text");
      await expect
        .poll(() => texts.allInnerTexts(), { timeout: BACK_MS })
        .toEqual(["before the break", "meanwhile", "after the break"]);
    }
    await expect.poll(() => strokes.count(), { timeout: BACK_MS }).toBe(2);
    await screenshots(bob, "back");
  });

  test("finds the relay again when it was set up anew, with another key", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await demo.relay.stop();
    await demo.relay.loseKey();
    await demo.relay.start();
    await page.getByText("Connected again.").waitFor();
    await connected(page);
  });

  test("says that the device is offline, and dials when the network is back", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await demo.relay.stop();
    await page.context().setOffline(true);
    await page.locator(".pill-offline").waitFor();
    await page
      .locator(".status-why")
      .getByText(/^.*This device is offline/)
      .waitFor();
    await demo.relay.start();
    await page.context().setOffline(false);
    await connected(page);
  });

  test("dials at once when the visitor asks", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await demo.relay.stop();
    await page
      .locator(".status-why")
      .getByText(/Can’t reach the relay/)
      .waitFor();
    await demo.relay.start();
    await page.getByRole("button", { name: "Try now" }).press("Enter");
    await connected(page, 4_000);
    // The button is gone; the keyboard's place on the page is not.
    await expect.poll(() => focused(page)).toBe("connected, sealed");
  });
});

/** A short line, by keyboard. */
async function draw(page: Page): Promise<void> {
  await page.getByRole("application").focus();
  for (const key of [" ", "ArrowRight", "ArrowRight", " "]) await page.keyboard.press(key);
}
