/**
 * The page example in three browser engines, each dialing a Node process over WebSocket.
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PreviewServer } from "vite";
import { build, preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM_FLAGS, needs, webkitMiniBrowser } from "../scripts/needs.mjs";
import { chromiumEngine } from "./engines/chromium.ts";
import type { OpenPage } from "./engines/engine.ts";
import { firefoxEngine } from "./engines/firefox.ts";
import { webkitEngine } from "./engines/webkit.ts";
import { startListener } from "./test-process.ts";

const chromium = needs("chromium");
const firefox = needs("firefox");
const webkit = needs("webkit");

describe("the page example", () => {
  const root = fileURLToPath(new URL("./page", import.meta.url));
  let outDir: string;
  let site: PreviewServer;
  let siteUrl: string;
  let listener: Awaited<ReturnType<typeof startListener>>;

  beforeAll(async () => {
    outDir = await mkdtemp(join(tmpdir(), "peerkit-page-"));
    const config = {
      configFile: false,
      root,
      logLevel: "warn",
      build: { outDir, emptyOutDir: true },
    } as const;
    await build(config);
    site = await preview({ ...config, preview: { host: "127.0.0.1", port: 0 } });
    siteUrl = String(site.resolvedUrls?.local[0]);
    listener = await startListener();
  });
  afterAll(async () => {
    await listener.stop();
    await site.close();
    await rm(outDir, { recursive: true });
  });

  async function showsBar(open: OpenPage): Promise<void> {
    const page = await open(`${siteUrl}#${encodeURIComponent(listener.ws)}`);
    try {
      const text = expect.poll(() => page.text("output"), { timeout: 60_000 });
      await text.toContain("recv: bar");
    } finally {
      await page.close();
    }
  }

  test.skipIf(chromium.missing)(`shows the answer in Chromium${chromium.note}`, () =>
    showsBar(chromiumEngine(chromium.path, CHROMIUM_FLAGS)),
  );

  test.skipIf(firefox.missing)(`shows the answer in Firefox${firefox.note}`, () =>
    showsBar(firefoxEngine(firefox.path)),
  );

  test.skipIf(webkit.missing)(`shows the answer in WebKit${webkit.note}`, () =>
    showsBar(webkitEngine(webkit.path, webkitMiniBrowser())),
  );

  test.skipIf(chromium.missing)(`says why a dial failed${chromium.note}`, async () => {
    const address = listener.ws.replace(/[0-9a-f]{128}/, (key) => key.replace(/^./, "z"));
    const page = await chromiumEngine(chromium.path, CHROMIUM_FLAGS)(`${siteUrl}#${address}`);
    try {
      await expect.poll(() => page.text("output")).toContain("P2PError");
    } finally {
      await page.close();
    }
  });
});
