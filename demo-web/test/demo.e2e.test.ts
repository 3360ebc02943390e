/**
 * The demo as a visitor has it: the built page in Chromium, a real relay behind it.
 * @module
 */

import { Server } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import type { ChatSaid } from "peerkit/protocols";
import { chatClient } from "peerkit/protocols";
import { describe, expect, onTestFinished, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import { frameList, rename, say } from "./page-actions.ts";

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
        "agreed: MyProtocol/1, chat/1, relay/1, rooms/1",
      ]);
    const legend = await page.locator(".legend tbody tr").allInnerTexts();
    expect(legend.map((row) => row.replace(/\s+/g, " "))).toEqual([
      "base 5 0x00–0x0f 16 codes",
      "MyProtocol 1 0x10 1 code",
      "chat 1 0x11–0x14 4 codes",
      "relay 1 0x15–0x1b 7 codes",
      "rooms 1 0x1c–0x1f 4 codes",
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

  test("carries a chat between two tabs, and a Node peer sees it", async () => {
    const heard: ChatSaid[] = [];
    const chat = chatClient({ name: "Node", onSaid: (said) => heard.push(said) });
    const server = new Server({ transports: [tcp()], protocols: [chat.protocol] });
    onTestFinished(() => server.stop());
    await server.start();
    await server.connect(demo.relay.urls.find((url) => url.startsWith("enode://")) ?? "");

    const [ada, bob] = [await demo.visitor(), await demo.visitor()];
    await Promise.all([demo.open(ada), demo.open(bob)]);
    await rename(ada, "Ada");
    await say(ada, "hello from Ada");
    await bob.locator(".chat-text", { hasText: "hello from Ada" }).waitFor();
    await bob.locator(".chat-from", { hasText: "Ada" }).waitFor();
    await bob.locator(".person", { hasText: "Node" }).getByText("by the relay, tcp").waitFor();
    await expect
      .poll(() => heard.map(({ name, text }) => [name, text]))
      .toContainEqual(["Ada", "hello from Ada"]);
    await chat.say("hello from Node");
    await ada.locator(".chat-text", { hasText: "hello from Node" }).waitFor();
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
