/**
 * The code of a room's link: what a phone's camera reads off the page, and where it leads.
 * @module
 */

import type { Locator, Page } from "playwright-core";
import decodeQR from "qr/decode.js";
import { describe, expect, test, vi } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import {
  connected,
  focused,
  meets,
  rename,
  screenshots,
  tabTo,
  violations,
} from "./page-actions.ts";

const SUMMARY = "A code to scan with a phone";
const SECRET = "3b9d7c04e2f15a68908c6fd13e5b24a7";

describe.skipIf(chromiumNeed.missing)(`the code of a room's link${chromiumNeed.note}`, () => {
  const demo = useDemo();

  test.each(["light", "dark"] as const)(
    "opens by keyboard, reads as the link, and brings a phone into the room: %s",
    async (colorScheme) => {
      const desk = await demo.visitor({ colorScheme });
      await demo.open(desk, `${demo.lanUrl}/#room=kitchen&secret=${SECRET}`);
      await rename(desk, "Desk");
      const requests: string[] = [];
      desk.on("request", (request) => requests.push(request.url()));
      await tabTo(desk, SUMMARY);
      expect(await codeOf(desk).count()).toBe(0);
      await desk.keyboard.press("Enter");
      await desk
        .getByRole("img", {
          name: "QR code: a phone that scans it opens the room “kitchen”, with its secret",
        })
        .waitFor();
      await desk.getByText("Whoever sees it can come in, and knows the secret").waitFor();
      expect(await violations(desk)).toEqual([]);
      const link = await scan(codeOf(desk));
      expect(link).toBe(await linkOf(desk));
      // Nobody else draws it: what was loaded for it is the page's own, and no request has the secret.
      expect(requests).toContainEqual(expect.stringContaining(`${demo.lanUrl}/assets/link-code-`));
      expect(requests.filter((url) => !url.startsWith(`${demo.lanUrl}/`))).toEqual([]);
      expect(requests.filter((url) => url.includes(SECRET))).toEqual([]);

      const phone = await demo.visitor({ viewport: { width: 390, height: 844 }, hasTouch: true });
      await demo.open(phone, link);
      await rename(phone, "Phone");
      await Promise.all([meets(desk, "Phone"), meets(phone, "Desk")]);

      await desk.getByText(SUMMARY).press("Enter");
      await codeOf(desk).waitFor({ state: "hidden" });
    },
  );

  test("is another one in another room", async () => {
    const page = await demo.visitor();
    await demo.open(page, demo.lanUrl);
    await page.getByText(SUMMARY).click();
    await page.getByText("It is the link: whoever sees it can come in.").waitFor();
    expect(await scan(codeOf(page))).toBe(`${demo.lanUrl}/#room=lobby`);
    await page.getByText("Another room, or a secret").click();
    await page.getByLabel("Name", { exact: true }).fill("kitchen");
    await page.getByLabel("Secret", { exact: true }).fill(SECRET);
    await page.getByRole("button", { name: "Enter" }).click();
    await page.getByRole("heading", { name: "People in “kitchen”" }).waitFor();
    await page.getByText(SUMMARY).click();
    expect(await scan(codeOf(page))).toBe(`${demo.lanUrl}/#room=kitchen&secret=${SECRET}`);
    await screenshots(page, "code");
  });

  test("is where the line at the head of the page leads, opened", async () => {
    const page = await demo.visitor();
    await demo.open(page, demo.lanUrl);
    await page.getByRole("link", { name: "Show a code for a phone" }).press("Enter");
    await codeOf(page).waitFor();
    expect(await focused(page)).toBe(SUMMARY);
    expect(page.url()).not.toContain("#room-code");
  });

  test("isn't offered where a phone could do nothing with it", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await page.getByText("Only this machine reaches this address").waitFor();
    expect(await page.getByText(SUMMARY).count()).toBe(0);
    expect(await page.getByText("Show a code for a phone").count()).toBe(0);
    await demo.open(page, `${demo.lanUrl}/#room=kitchen&secret=1234`);
    await page.getByText("So this tab is in no room.").waitFor();
    expect(await page.getByText(SUMMARY).count()).toBe(0);
  });

  test("says that it couldn't be loaded, and is when it is opened again", async () => {
    const page = await demo.visitor();
    await demo.open(page, demo.lanUrl);
    await demo.relay.stop();
    await page.getByText(SUMMARY).click();
    await page.getByText("It couldn’t be loaded").waitFor();
    expect(await violations(page)).toEqual([]);
    await demo.relay.start();
    await connected(page);
    await page.getByText(SUMMARY).click();
    await page.getByText(SUMMARY).click();
    expect(await scan(codeOf(page))).toBe(`${demo.lanUrl}/#room=lobby`);
    expect(await page.getByText("It couldn’t be loaded").count()).toBe(0);
  });
});

function codeOf(page: Page): Locator {
  return page.getByRole("img", { name: /^QR code/ });
}

async function linkOf(page: Page): Promise<string> {
  return (await page.locator(".room-link code").textContent()) ?? "";
}

/** What the code reads as where it stands on the screen, as soon as it stands still. */
function scan(code: Locator): Promise<string> {
  return vi.waitFor(
    async () => {
      const png = (await code.screenshot()).toString("base64");
      const { data, ...size } = await code.page().evaluate(pixelsOf, png);
      return decodeQR({ ...size, data: Uint8Array.from(data) });
    },
    { timeout: 10_000, interval: 200 },
  );
}

/** Runs in the page. */
async function pixelsOf(
  png: string,
): Promise<{ width: number; height: number; data: readonly number[] }> {
  const bytes = Uint8Array.from(atob(png), (char) => char.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context?.drawImage(image, 0, 0);
  return { width, height, data: [...(context?.getImageData(0, 0, width, height).data ?? [])] };
}
