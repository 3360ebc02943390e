/**
 * The core in a page: two servers shake hands and talk, with the page's own clock and randomness.
 * @module
 */

import { expect, test } from "vitest";
import { simpleClientIdentity } from "../client-identity.ts";
import { sendItems } from "../devp2p/message.ts";
import { defineProtocol } from "../devp2p/protocol.ts";
import { memoryTransport } from "../testing/memory-transport.ts";
import { str } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import { Server } from "./server.ts";

test("two servers in a page play the wiki's example", async () => {
  const transports = [memoryTransport()];
  let answered = (_text: string): void => {};
  const answer = new Promise<string>((resolve) => {
    answered = resolve;
  });
  const fooBar = defineProtocol({
    name: "MyProtocol",
    version: 1,
    length: 1,
    async run(peer, rw) {
      if (!peer.inbound) await sendItems(rw, 0, "foo");
      for await (const msg of rw) {
        const [text] = msg.decode(tuple(str));
        if (text === "foo") await sendItems(rw, 0, "bar");
        else answered(text);
      }
    },
  });
  const node = new Server({ transports, protocols: [fooBar], listen: ["memory://node:0"] });
  const tab = new Server({ transports, protocols: [fooBar] });
  await node.start();
  await tab.start();
  const peer = await tab.connect(node.urls[0] ?? "");
  expect(await answer).toBe("bar");
  expect(peer.fullname).toMatch(/\/browser$/);
  expect(simpleClientIdentity("my-page", "1.0")).toBe("my-page/v1.0/browser");
  await Promise.all([tab.stop(), node.stop()]);
});
