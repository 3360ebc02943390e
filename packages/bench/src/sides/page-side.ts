/**
 * A side in a real Chromium tab.
 * @module
 */

import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { NotAvailableError } from "../link.ts";
import type { Request } from "./request.ts";
import { timeoutOf, timeoutText } from "./request.ts";
import type { Side } from "./side.ts";

const ENTRY = fileURLToPath(new URL("../../dist/page.js", import.meta.url));

/** A browser with one page; every contestant's side in it shares the page. */
export class Tab {
  readonly #browser: Browser;
  readonly #page: Page;
  readonly #server: Server;

  private constructor(browser: Browser, page: Page, server: Server) {
    this.#browser = browser;
    this.#page = page;
    this.#server = server;
  }

  /**
   * Bundles the page, serves it on loopback and opens it. `PEERKIT_CHROMIUM` names the browser.
   * Rejects with `NotAvailableError` where there is none.
   */
  static async open(): Promise<Tab> {
    const executablePath = process.env.PEERKIT_CHROMIUM;
    if (!executablePath) throw new NotAvailableError("needs Chromium");
    const { chromium } = await import("playwright-core");
    const server = await serve(await bundle());
    const { port } = server.address() as AddressInfo;
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    const browser = await chromium.launch({ executablePath, args });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    return new Tab(browser, page, server);
  }

  /** The browser's version. */
  get version(): string {
    return `Chromium ${this.#browser.version()}`;
  }

  /** The dialing side of a contestant in this tab; it is closed with the tab. */
  side(name: string): Side {
    return {
      request: (request) => this.#request(name, request),
      stop: async () => {},
    };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }

  async #request<T>(name: string, request: Request): Promise<T> {
    const call = `runInPage(${JSON.stringify(name)}, ${JSON.stringify(request)})`;
    const answer = await Promise.race([this.#page.evaluate<PageAnswer>(call), timeout(request)]);
    if (answer.error === undefined) return answer.result as T;
    throw answer.unavailable ? new NotAvailableError(answer.error) : new Error(answer.error);
  }
}

interface PageAnswer {
  readonly result?: unknown;
  readonly error?: string;
  readonly unavailable?: boolean;
}

/** The answer of a page that gives none. Its timer holds nothing up: it may outlive the request. */
async function timeout(request: Request): Promise<PageAnswer> {
  await sleep(timeoutOf(request), undefined, { ref: false });
  return { error: timeoutText(request) };
}

async function bundle(): Promise<string> {
  const { build } = await import("vite");
  const made = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: ENTRY, output: { codeSplitting: false } },
    },
  });
  const outputs = [made].flat().flatMap((part) => ("output" in part ? part.output : []));
  const code = outputs.find((part) => part.type === "chunk")?.code;
  if (code === undefined) throw new Error("vite made no bundle of the page");
  return code;
}

async function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? script : `<!doctype html><script type="module" src="/page.js"></script>`,
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
