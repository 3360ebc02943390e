/**
 * The demo as a visitor has it: the built page in Chromium, a real relay behind it.
 * @module
 */

import { describe, expect, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import { frameList } from "./page-actions.ts";

describe.skipIf(chromiumNeed.missing)(`the demo${chromiumNeed.note}`, () => {
  const demo = useDemo();

  test("shows how two peers met, what they agreed on, and foo and bar", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    const steps = page.locator(".step-label");
    await expect
      .poll(() => steps.allInnerTexts())
      .toEqual([
        "dial",
        "WebSocket open",
        "auth",
        "ack",
        "Hello",
        "Hello",
        "agreed: MyProtocol/1, relay/1, rooms/1",
      ]);
    const legend = await page.locator(".legend tbody tr").allInnerTexts();
    expect(legend.map((row) => row.replace(/\s+/g, " "))).toEqual([
      "base 5 0x00–0x0f 16 codes",
      "MyProtocol 1 0x10 1 code",
      "relay 1 0x11–0x17 7 codes",
      "rooms 1 0x18–0x1b 4 codes",
    ]);
    const rounds = page.locator(".chart figcaption");
    await rounds.getByText("1 round:").waitFor();
    await page.getByRole("button", { name: "Send “foo”" }).click();
    await rounds.getByText("2 rounds:").waitFor();
    expect(await page.locator(".foo-answer").textContent()).toMatch(/“bar” after [\d.]+ ms/);
  });

  test("opens a step without showing a secret", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await page.getByRole("button", { name: /This tab sends auth/ }).click();
    const detail = await page.locator(".step-detail").textContent();
    expect(detail).toMatch(/public key[0-9a-f]{128}/);
    // The public key is the only long number: no ephemeral key, no nonce.
    expect(detail?.match(/[0-9a-f]{40,}/g)).toHaveLength(1);
  });

  test("lists frames, filters them, pauses, and opens one", async () => {
    const page = await demo.visitor();
    await demo.open(page);
    await page.getByRole("button", { name: "Send “foo”" }).click();
    const rows = frameList(page).getByRole("option");
    await rows.filter({ hasText: "“bar”" }).first().waitFor();
    await page.getByRole("button", { name: "base" }).click();
    await expect.poll(() => rows.filter({ hasText: "Ping" }).count()).toBe(0);
    await page.getByLabel("Direction to show").selectOption("in");
    await expect.poll(() => rows.filter({ hasText: "“foo”" }).count()).toBe(0);

    await page.getByRole("button", { name: "Pause" }).click();
    const before = await rows.count();
    await page.getByRole("button", { name: "Send “foo”" }).click();
    await page.getByText(/2 frames since|3 frames since|4 frames since/).waitFor();
    expect(await rows.count()).toBe(before);

    await rows.filter({ hasText: "“bar”" }).first().click();
    const detail = page.locator(".detail");
    expect(await detail.textContent()).toContain("83 62 61 72");
    expect(await detail.textContent()).toMatch(/text “bar”/);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Cleared.").waitFor();
  });
});
