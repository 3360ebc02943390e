/**
 * The page in other browsers than Chromium: a tab and a program in Node that meet through a relay.
 * @module
 */

import { generatePrivateKey, nodeId, publicKeyOf } from "@peerkit/core";
import { join } from "@peerkit/relay";
import type { TalkLine } from "peerkit/protocols";
import { talk } from "peerkit/protocols";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { EnginePage, OpenPage } from "../../examples/engines/engine.ts";
import { firefoxEngine } from "../../examples/engines/firefox.ts";
import { webkitEngine } from "../../examples/engines/webkit.ts";
import { needs, webkitMiniBrowser } from "../../scripts/needs.mjs";
import { Relay } from "./relay.ts";

const firefox = needs("firefox");
const webkit = needs("webkit");

/** A browser on a busy machine. */
const PATIENT = { timeout: 60_000 };

describe("a tab of the demo and a program in Node exchange words through the relay", () => {
  let relay: Relay;
  beforeAll(async () => {
    relay = await Relay.start();
  });
  afterAll(() => relay?.end());

  async function exchange(open: OpenPage): Promise<void> {
    const address = relay.urls.find((url) => url.startsWith("enode+ws://")) ?? "";
    const privateKey = generatePrivateKey();
    const part = talk({ id: nodeId(publicKeyOf(privateKey)), name: "Node" });
    part.say("hello from Node");
    const room = await join(address, "peerkit-demo/lobby", {
      privateKey,
      protocols: [part.protocol],
    });
    onTestFinished(() => room.leave());

    const page = await open(relay.url);
    onTestFinished(() => page.close());
    await expect
      .poll(() => read(page, ".chat-line"), PATIENT)
      .toMatch(/Node through the relay, sealed[\s\S]*hello from Node/);
    await page.enter(".composer input", "hello from the tab");
    const heard = (): TalkLine | undefined => part.lines.at(-1);
    await expect.poll(heard, PATIENT).toMatchObject({
      text: "hello from the tab",
      source: { path: "circuit", sealed: true },
    });
    expect(await read(page, ".fingerprint code")).toBe(
      room.peers.map((peer) => room.fingerprint(peer))[0],
    );
  }

  test.skipIf(firefox.missing)(`in Firefox${firefox.note}`, () =>
    exchange(firefoxEngine(firefox.path)),
  );

  test.skipIf(webkit.missing)(`in WebKit${webkit.note}`, () =>
    exchange(webkitEngine(webkit.path, webkitMiniBrowser())),
  );
});

/** Nothing while it isn't there. */
async function read(page: EnginePage, selector: string): Promise<string> {
  return page.text(selector).catch(() => "");
}
