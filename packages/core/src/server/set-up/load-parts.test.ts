/**
 * Connections while what they need is being loaded, and where it can't be.
 * @module
 */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { memoryNetwork } from "../../testing/memory-transport.ts";
import type { ByteStream } from "../../transport.ts";
import type { Server } from "../server.ts";

const PRIVATE_KEY = new Uint8Array(32).fill(1);

let server: Server | undefined;
beforeEach(() => {
  vi.resetModules();
});
afterEach(async () => {
  vi.doUnmock("./connection-parts.ts");
  vi.unstubAllGlobals();
  await server?.stop();
  // What still loads never ends: other files shouldn't get that copy.
  vi.resetModules();
});

/** A server of a fresh copy of the library; its dials reach a listener that hangs up. */
async function newDialer() {
  const network = memoryNetwork();
  const streams: ByteStream[] = [];
  const received: Uint8Array[] = [];
  const onStream = (stream: ByteStream): void => {
    streams.push(stream);
    void hangUp(stream, received);
  };
  await network
    .transport()
    .listen?.({ scheme: "memory", host: "node", port: 7 }, { admit: () => true, onStream });
  const { Server } = await import("../server.ts");
  const dialer = new Server({ transports: [network.transport()] });
  server = dialer;
  await dialer.start();
  const address = { publicKey: publicKeyOf(PRIVATE_KEY), scheme: "memory", host: "node", port: 7 };
  const dial = (signal?: AbortSignal) => dialer.connect(address, { ...(signal && { signal }) });
  return { dial, streams, received };
}

async function hangUp(stream: ByteStream, received: Uint8Array[]): Promise<void> {
  try {
    for await (const bytes of stream) {
      received.push(bytes);
      break;
    }
  } catch {
    // The dialer has dropped the stream.
  }
  await stream.close();
}

test("a dial says what couldn't be loaded and ends its stream; the next one tries again", async () => {
  vi.doMock("./connection-parts.ts", () => {
    throw new Error("Failed to fetch dynamically imported module");
  });
  const { dial, streams, received } = await newDialer();
  await expect(dial()).rejects.toMatchObject({
    code: "P2P_ERR_NOT_LOADED",
    cause: expect.any(Error),
  });
  await streams[0]?.closed;
  vi.doUnmock("./connection-parts.ts");
  await expect(dial()).rejects.toMatchObject({ code: expect.stringMatching(/_STREAM/) });
  expect(received).toEqual([expect.toSatisfy((auth) => auth.length > 300)]);
});

test("a dial is cancelled while its parts are being loaded", async () => {
  vi.stubGlobal("WebAssembly", { instantiate: () => new Promise(() => {}) });
  const { dial, streams } = await newDialer();
  const cancel = new AbortController();
  const dialed = dial(cancel.signal);
  await vi.waitUntil(() => streams.length === 1);
  cancel.abort(new Error("the user went on"));
  await expect(dialed).rejects.toThrow("the user went on");
  await streams[0]?.closed;
});
