/**
 * Tabs that find each other through the relay, and what they ask of it.
 * @module
 */

import { bytesToHex, generatePrivateKey, publicKeyOf } from "@peerkit/core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import {
  ask,
  frameList,
  meets,
  personOf,
  rename,
  screenshots,
  violations,
} from "./page-actions.ts";

describe.skipIf(chromiumNeed.missing)(`tabs of the demo${chromiumNeed.note}`, () => {
  const demo = useDemo();

  /** Two visitors who see each other, sealed. */
  async function two(): Promise<[Page, Page]> {
    const [ada, bob] = [await demo.visitor(), await demo.visitor()];
    await Promise.all([demo.open(ada), demo.open(bob)]);
    await rename(ada, "Ada");
    await rename(bob, "Bob");
    await Promise.all([meets(ada, "Bob"), meets(bob, "Ada")]);
    return [ada, bob];
  }

  test("find each other through the relay, measure the way, and see the same fingerprint", async () => {
    const [ada, bob] = await two();
    await personOf(ada, "Bob")
      .getByText(/^[\d.]+ ms$/)
      .waitFor();
    await personOf(bob, "Ada")
      .getByText(/^[\d.]+ ms$/)
      .waitFor();
    const digits = await fingerprintOf(ada, "Bob");
    expect(digits).toMatch(/^(?:\d{5} ){11}\d{5}$/);
    expect(await fingerprintOf(bob, "Ada")).toBe(digits);
    expect(await violations(ada)).toEqual([]);
  });

  test("draw on one canvas: by pointer, by keyboard, for newcomers, until somebody clears it", async () => {
    const [ada, bob] = await two();
    await drag(ada, [0.2, 0.3], [0.7, 0.6]);
    await expect.poll(() => strokes(bob)).toHaveLength(1);
    await expect.poll(() => strokes(bob)).toEqual(await strokes(ada));
    expect((await strokes(bob))[0]?.split(" ").length).toBeGreaterThan(5);

    await canvas(bob).focus();
    await bob.keyboard.press(" ");
    for (let i = 0; i < 4; i++) await bob.keyboard.press("ArrowRight");
    await bob.keyboard.press(" ");
    await expect.poll(() => strokes(ada)).toContain("800,500 825,500 850,500 875,500 900,500");

    const eve = await demo.visitor();
    await demo.open(eve);
    await eve.getByText("2 other tabs can see what you draw.").waitFor();
    await expect.poll(() => strokes(eve)).toHaveLength(2);
    await screenshots(ada, "drawing");
    await eve.getByRole("button", { name: "Wipe the canvas" }).click();
    for (const page of [ada, bob, eve]) await expect.poll(() => strokes(page)).toEqual([]);
  });

  test("show that what the relay carries between them is ciphertext", async () => {
    const [ada, bob] = await two();
    await drag(ada, [0.1, 0.1], [0.9, 0.2]);
    await expect.poll(() => strokes(bob)).toHaveLength(1);
    const drawn = frameList(bob)
      .getByRole("option")
      .filter({ hasText: /points? of a stroke/ });
    await drawn.first().waitFor();
    await bob.getByRole("button", { name: "What the relay sees" }).click();
    const rows = bob.locator(".carried li", { hasText: "ciphertext" });
    await rows.first().waitFor();
    expect(await rows.first().locator(".carried-bytes").textContent()).toMatch(
      /^(?:[0-9a-f]{2} )+(?:…|[0-9a-f]{2})/,
    );
    expect(await frameList(bob).isVisible()).toBe(false);
    expect(await violations(bob)).toEqual([]);
    await screenshots(bob, "relay-sees");
  });

  test("one that leaves is gone for the other, and is found again", async () => {
    const [ada, bob] = await two();
    await bob.goto("about:blank");
    await personOf(ada, "Bob").waitFor({ state: "detached" });
    await bob.goto(demo.relay.url);
    await meets(ada, "Bob");
  });

  test("are told in words why the relay doesn’t dial an Ethereum node, and what allows it", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    const key = bytesToHex(publicKeyOf(generatePrivateKey()));
    const enode = `enode://${key}@127.0.0.1:30303`;
    await ask(page, enode);
    const answer = page.locator(".answer");
    await answer.getByText(/^The relay refuses: its operator hasn’t allowed this node\./).waitFor();
    expect(await answer.locator(".allow").textContent()).toBe(`--allow ${enode}`);
    expect(await violations(page)).toEqual([]);
    await screenshots(page, "ethereum-refused");
    await ask(page, "geth");
    await answer.getByText(/^That isn’t the address of a node/).waitFor();
  });
});

const canvas = (page: Page) => page.getByRole("application");

async function fingerprintOf(page: Page, name: string): Promise<string | undefined> {
  const person = personOf(page, name);
  await person.getByText("Compare fingerprints").click();
  return (await person.locator(".fingerprint code").textContent()) ?? undefined;
}

/** The points of what is drawn. */
function strokes(page: Page): Promise<string[]> {
  return page
    .locator(".canvas polyline")
    .evaluateAll((lines) => lines.map((line) => line.getAttribute("points") ?? ""));
}

/** Draws a line; places are parts of the canvas. */
async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  await canvas(page).scrollIntoViewIfNeeded();
  const box = await canvas(page).boundingBox();
  if (box === null) throw new Error("the canvas isn't there");
  const place = ([x, y]: readonly [number, number]) =>
    [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...place(from));
  await page.mouse.down();
  await page.mouse.move(...place(to), { steps: 12 });
  await page.mouse.up();
}
