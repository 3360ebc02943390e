/**
 * What people say to each other on the page: from tab to tab, through the relay, which can’t read it.
 * @module
 */

import { generatePrivateKey, nodeId, publicKeyOf } from "@peerkit/core";
import { join } from "@peerkit/relay";
import type { Talk } from "peerkit/protocols";
import { talk } from "peerkit/protocols";
import type { Page } from "playwright-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { chromiumNeed, useDemo } from "./demo.ts";
import { meets, personOf, rename, said, say, screenshots, violations } from "./page-actions.ts";

/** Tabs look for each other, and a busy machine makes them slow. */
const PATIENT = { timeout: 30_000 };

describe.skipIf(chromiumNeed.missing)(`a conversation${chromiumNeed.note}`, () => {
  const demo = useDemo();

  /** A visitor who has said how they are called. */
  async function enter(name: string, hash = ""): Promise<Page> {
    const page = await demo.visitor();
    await demo.open(page, `${demo.relay.url}/${hash}`);
    await rename(page, name);
    return page;
  }

  test("goes from tab to tab: also to those who come later, or again, and to a Node program", async () => {
    const ada = await enter("Ada");
    await ada.getByText("you are alone here").waitFor();
    await say(ada, "anybody?");
    await said(ada, "anybody?").getByText("kept for whoever comes").waitFor();

    const bob = await enter("Bob");
    await Promise.all([meets(ada, "Bob"), meets(bob, "Ada")]);
    await said(bob, "anybody?").getByText("through the relay, sealed").waitFor();
    await say(bob, "me");
    await said(ada, "me").getByText("through the relay, sealed").waitFor();
    await said(bob, "me").getByText("to 1 other, sealed").waitFor();

    await ada.close();
    await bob.getByText("Ada left.").waitFor();
    const eve = await enter("Eve");
    await meets(eve, "Bob");
    await said(eve, "anybody?").getByText("as Bob tells it, through the relay, sealed").waitFor();
    await eve.reload();
    const texts = eve.locator(".chat-text");
    await expect.poll(() => texts.allInnerTexts(), PATIENT).toEqual(["anybody?", "me"]);

    const node = await enterAsProgram();
    await personOf(bob, "Node").getByText("through the relay, sealed").waitFor();
    await expect
      .poll(() => node.lines.map(({ text }) => text), PATIENT)
      .toEqual(["anybody?", "me"]);
    node.say("hello from Node");
    for (const page of [bob, eve]) {
      await said(page, "hello from Node").getByText("through the relay, sealed").waitFor();
    }
    await say(eve, "hello, Node");
    await expect
      .poll(() => node.lines.at(-1), PATIENT)
      .toMatchObject({
        name: "Eve",
        text: "hello, Node",
        source: { path: "circuit", sealed: true },
      });
    expect(await violations(bob)).toEqual([]);
    await screenshots(bob, "talk");
  });

  test("needs the room’s secret, which only the link has: no request carries it", async () => {
    const ada = await enter("Ada");
    const requests: string[] = [];
    ada.context().on("request", (request) => requests.push(request.url()));
    await ada.getByText("Another room, or a secret").click();
    await ada.getByLabel("Name", { exact: true }).fill("kitchen");
    await ada.getByLabel("Secret", { exact: true }).fill("too short");
    await ada.getByRole("button", { name: "Enter" }).click();
    await ada.getByText(/^The secret is too short/).waitFor();
    expect(await violations(ada)).toEqual([]);
    await ada.getByRole("button", { name: "Make one" }).click();
    await ada.getByRole("button", { name: "Enter" }).click();
    await ada.getByRole("heading", { name: "People in “kitchen”" }).waitFor();
    await ada.locator(".pill-connected").waitFor();
    const link = (await ada.locator(".room-link code").textContent()) ?? "";
    const { hash } = new URL(link);
    expect(hash).toMatch(/^#room=kitchen&secret=[0-9a-f]{32}$/);
    expect(requests.length).toBeGreaterThan(2);
    const secret = hash.slice(-32);
    expect(requests.filter((url) => url.includes(secret))).toEqual([]);

    const friend = await enter("Friend", hash);
    await Promise.all([meets(ada, "Friend"), meets(friend, "Ada")]);
    const stranger = await enter("Stranger", `#room=kitchen&secret=${"0f".repeat(16)}`);
    const guest = await enter("Guest", "#room=kitchen");
    const other = "It couldn’t connect: it has another secret for this room, or none.";
    const none = "It couldn’t connect: it has a secret for this room, and this tab has none.";
    for (const page of [ada, friend]) {
      await expect.poll(() => page.getByText(other).count(), PATIENT).toBe(2);
    }
    await expect.poll(() => stranger.getByText(other).count(), PATIENT).toBe(3);
    await expect.poll(() => guest.getByText(none).count(), PATIENT).toBe(3);
    await say(ada, "only for friends");
    await said(friend, "only for friends").waitFor();
    for (const page of [stranger, guest]) expect(await said(page, "only").count()).toBe(0);
    expect(await violations(ada)).toEqual([]);
    await screenshots(ada, "secret");
  });

  test("is in no room where a link’s secret could be guessed, and says so", async () => {
    const page = await enter("Ada", "#room=kitchen&secret=1234");
    await page.getByText("So this tab is in no room.").waitFor();
    const bob = await enter("Bob", "#room=kitchen");
    await bob.getByText("you are alone here").waitFor();
    // Whoever gets another link into the same tab goes to that room.
    await page.evaluate(() => {
      location.hash = "#room=kitchen";
    });
    await page.getByText("1 other tab here.").waitFor();
    expect(await page.getByText("So this tab is in no room.").count()).toBe(0);
  });

  /** A program in Node in the lobby. */
  async function enterAsProgram(): Promise<Talk> {
    const address = demo.relay.urls.find((url) => url.startsWith("enode+ws://")) ?? "";
    const privateKey = generatePrivateKey();
    const part = talk({ id: nodeId(publicKeyOf(privateKey)), name: "Node" });
    const options = { privateKey, protocols: [part.protocol] };
    const room = await join(address, "peerkit-demo/lobby", options);
    onTestFinished(() => room.leave());
    return part;
  }
});
