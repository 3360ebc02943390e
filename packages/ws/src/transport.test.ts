/**
 * The WebSocket transport of Node under the contract: with its own server, attached, over TLS.
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dialConformance, farSide, transportConformance } from "@peerkit/core/testing";
import { describe, test } from "vitest";
import { webSocket as pageWebSocket } from "./index.browser.ts";
import { webSocket } from "./index.ts";

const publicKey = new Uint8Array(64);

describe("the WebSocket transport with a server of its own", { timeout: 30_000 }, () => {
  transportConformance(test, async () => ({
    transport: webSocket(),
    listenAddress: { scheme: "ws", host: "127.0.0.1", port: 0, path: "/p2p" },
    addressFor: ({ address }) => ({ publicKey, ...address }),
  }));
});

describe("the WebSocket transport attached to an HTTP server", { timeout: 30_000 }, () => {
  transportConformance(test, async () => {
    const server = createServer((_, response) => response.end("a page"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    let listeners = 0;
    return {
      transport: webSocket({ server }),
      // Several listeners of one server differ by their path.
      get listenAddress() {
        return { scheme: "ws", host: "127.0.0.1", port: 0, path: `/p2p/${listeners++}` };
      },
      addressFor: ({ address }) => ({ publicKey, ...address }),
      async cleanup() {
        server.closeAllConnections();
        server.close();
      },
    };
  });
});

// The page's variant runs on the WebSocket class of `ws`, too: what the browser adds is seen there.
describe("the page's WebSocket transport, run in Node", { timeout: 30_000 }, () => {
  dialConformance(test, async () => {
    const { listen } = webSocket();
    const anywhere = { scheme: "ws", host: "127.0.0.1", port: 0 };
    const listener = await listen!(anywhere, { admit: () => true, onStream: farSide() });
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    return {
      transport: pageWebSocket(),
      address: { publicKey, ...listener.address },
      refusedAddress: { publicKey, ...anywhere, port },
      cleanup: () => listener.close(),
    };
  });
});
