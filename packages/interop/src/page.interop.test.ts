/**
 * In real Chromium: a tab that is a peer of a go-ethereum node, and tabs that are peers of each other,
 * through a relay that serves their page.
 * @module
 */

import { once } from "node:events";
import type { Server as HttpServer } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Relay } from "@peerkit/relay/server";
import { createRelay } from "@peerkit/relay/server";
import type { Browser, Page } from "playwright-core";
import { chromium as playwright } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../scripts/lib/bundle.mjs";
import { CHROMIUM_FLAGS, needs } from "../../../scripts/needs.mjs";
import { ForeignNode } from "./foreign-node.ts";
import { startGeth } from "./geth-process.ts";
import { spec, THEY_ECHO } from "./pair.ts";
import type { PeerProcess } from "./peer-process.ts";

const chromium = needs("chromium");
const go = needs("go");

/** What the page offers to the test, as its own author would write it. */
const PAGE = `
  import { defineProtocol, Server, sendItems, str, tuple } from "@peerkit/core";
  import { join, relay } from "@peerkit/relay";
  import { webSocket } from "@peerkit/ws";

  const echo = (onText) => defineProtocol({
    name: "echo", version: 1, length: 16,
    async run(peer, rw) {
      await sendItems(rw, 3, "hello from " + (peer.inbound ? "the dialed" : "the dialer"));
      for await (const msg of rw) onText(msg.decode(tuple(str))[0], peer);
    },
  });
  const about = ({ id, name, path, sealed }) => ({ id, name, path, sealed });

  export async function dial(address) {
    let heard;
    const text = new Promise((resolve) => { heard = resolve; });
    const server = new Server({ protocols: [echo(heard)], transports: [webSocket(), relay()] });
    await server.start();
    try {
      const peer = await server.connect(address);
      return { peer: about(peer), text: await text };
    } catch ({ code, message }) {
      return { code, message };
    }
  }

  export async function meet(via, name) {
    const heard = [];
    const room = await join(via, name, { protocols: [echo((text) => heard.push(text))] });
    for await (const peer of room) {
      while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      globalThis.room = room;
      return { own: room.server.id, peer: about(peer), text: heard[0], digits: room.fingerprint(peer) };
    }
  }
  Object.assign(globalThis, { dial, meet });
`;

/** What the page's functions give. */
interface Met {
  readonly own: string;
  readonly peer: { readonly id: string; readonly name: string; path: string; sealed: boolean };
  readonly text: string;
  readonly digits: string;
}
declare global {
  function dial(address: string): Promise<Partial<Met> & { code?: string; message?: string }>;
  function meet(via: string, name: string): Promise<Met>;
}

describe.skipIf(chromium.missing)(`in a page${chromium.note}`, () => {
  let http: HttpServer;
  let browser: Browser;
  let origin: string;
  const relays: Relay[] = [];

  beforeAll(async () => {
    const { chunks } = await bundle(PAGE);
    const entry = chunks.find(({ isEntry }) => isEntry)?.fileName ?? "";
    const files = new Map(chunks.map(({ fileName, code }) => [`/${fileName}`, code]));
    http = createServer(({ url = "/" }, response) => {
      const code = files.get(url);
      response.setHeader("content-type", code === undefined ? "text/html" : "text/javascript");
      response.end(code ?? `<!doctype html><script type="module" src="/${entry}"></script>`);
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    browser = await playwright.launch({ executablePath: chromium.path, args: CHROMIUM_FLAGS });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });
  afterAll(async () => {
    await browser?.close();
    http?.closeAllConnections();
    http?.close();
  });

  /** A relay on the port that serves the page; gives its address for `via`. */
  async function startRelay(allow: readonly string[] = []): Promise<string> {
    const listen = [`${origin.replace("http", "ws")}/p2p`];
    const made = createRelay({ server: http, listen, allow, origins: [origin] });
    relays.push(made);
    await made.start();
    return made.urls[0] ?? "";
  }

  /** A tab of a visitor of its own. */
  async function tab(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(origin);
    await page.waitForFunction(() => "meet" in globalThis);
    return page;
  }

  test("two tabs find each other in a room, and are sealed peers", async () => {
    const via = await startRelay();
    const [a, b] = [await tab(), await tab()];
    const met = await Promise.all(
      [a, b].map((page) => page.evaluate((v) => meet(v, "lobby"), via)),
    );
    const [first, second] = met as [Met, Met];
    expect([first.peer.id, second.peer.id]).toEqual([second.own, first.own]);
    for (const { peer, text } of met) {
      expect(peer).toMatchObject({ path: "circuit", sealed: true });
      expect(text).toMatch(/^hello from the dial(?:ed|er)$/);
    }
    expect(first.digits).toBe(second.digits);
    expect(first.digits).toMatch(/^(?:\d{5} ){11}\d{5}$/);
  });

  describe.skipIf(go.missing)(`with go-ethereum${go.note}`, () => {
    let geth: PeerProcess;
    beforeAll(async () => {
      geth = await startGeth();
    });
    afterAll(() => geth?.stop());

    test("a tab exchanges messages with an unmodified node", async () => {
      const node = await ForeignNode.start(geth, { protocols: [spec(THEY_ECHO, "theirs")] });
      const enode = node.enode.replace(/\?.*$/, "");
      const via = await startRelay([enode]);
      const page = await tab();
      const address = `${enode}?via=${encodeURIComponent(via)}`;
      const { peer, text } = await page.evaluate((to) => dial(to), address);
      expect(peer).toMatchObject({ id: node.id, path: "bridge", sealed: false });
      expect(text).toBe("hello from the dialer");
      await node.stop();
    });

    test("a tab is told in words what the relay's operator doesn't allow", async () => {
      const node = await ForeignNode.start(geth, { protocols: [spec(THEY_ECHO, "theirs")] });
      const via = await startRelay();
      const page = await tab();
      const address = `${node.enode.replace(/\?.*$/, "")}?via=${encodeURIComponent(via)}`;
      expect(await page.evaluate((to) => dial(to), address)).toMatchObject({
        code: "P2P_ERR_RELAY_NOT_ALLOWED",
        message: expect.stringMatching(/operator's list/),
      });
      await node.stop();
    });
  });
});
