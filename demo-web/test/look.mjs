/**
 * Takes a screenshot of the page in every state, width and colour scheme, from recorded data.
 * @module
 */
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const root = new URL("..", import.meta.url).pathname;
const folder = `${root}.screenshots/`;
// node test/look.mjs [states [widths [schemes [scroll]]]]: with `scroll`, what one sees from there.
const [only, widthsArg, schemesArg, scroll] = process.argv.slice(2);
const states = only
  ? only.split(",")
  : [
      "connected",
      "loading",
      "dialing",
      "handshaking",
      "waiting",
      "unreachable",
      "refused",
      "offline",
      "asleep",
      "empty",
      "secret",
      "insecure",
    ];
const widths = (widthsArg ?? "390,820,1440").split(",").map(Number);
const schemes = (schemesArg ?? "light,dark").split(",");

await mkdir(folder, { recursive: true });
const server = await createServer({
  root,
  configFile: `${root}vite.config.ts`,
  server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
});
await server.listen();
const url = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.PEERKIT_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
});
for (const scheme of schemes) {
  for (const width of widths) {
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    page.on("console", (m) => m.type() === "error" && console.log("console:", m.text()));
    page.on("pageerror", (e) => console.log("error:", e.message));
    for (const state of states) {
      await page.goto("about:blank");
      await page.goto(`${url}test/fixture.html#${state}`);
      await page.waitForSelector("h1");
      await page.waitForTimeout(250);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) console.log(`${state} ${width} ${scheme}: ${over}px too wide`);
      if (scroll) await page.evaluate((y) => scrollTo(0, y), Number(scroll));
      await page.screenshot({
        path: `${folder}fixture-${state}-${width}-${scheme}.png`,
        fullPage: scroll === undefined,
      });
    }
    await page.close();
  }
}
await browser.close();
await server.close();
