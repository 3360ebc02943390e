/**
 * The other side of the browser tests: a listener in Node that plays the far side of the suite.
 * @module
 */

import { Server } from "@peerkit/core";
import { farSide } from "@peerkit/core/testing";
import { webSocket } from "../transport.ts";

/** What vitest hands to a global setup. */
interface Project {
  provide(key: "echo", value: EchoServer): void;
}

/** Where the listeners are, for pages. */
export interface EchoServer {
  readonly host: string;
  readonly port: number;
  /** The port of a listener that refuses everyone as full. */
  readonly fullPort: number;
  /** The address of a node that lets each IP address in once in an hour. */
  readonly onceAnHour: string;
}

declare module "vitest" {
  interface ProvidedContext {
    echo: EchoServer;
  }
}

const HOST = "127.0.0.1";

/** Starts the listeners and provides `echo`; returns what stops them. */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  const { listen } = webSocket();
  if (listen === undefined) throw new TypeError("this transport can't listen");
  const anywhere = { scheme: "ws", host: HOST, port: 0 };
  const echo = await listen(anywhere, { admit: () => true, onStream: farSide() });
  const full = await listen(anywhere, {
    admit: () => ({ reason: 0x04, message: "come back later", retryAfterMs: 30_000 }),
    onStream: (stream) => stream.abort(),
  });
  const gated = new Server({
    transports: [webSocket()],
    listen: [`ws://${HOST}:0`],
    inboundLimit: { interval: 3_600_000, exempt: [] },
  });
  await gated.start();
  project.provide("echo", {
    host: HOST,
    port: echo.address.port,
    fullPort: full.address.port,
    onceAnHour: gated.urls[0] ?? "",
  });
  return async () => {
    await Promise.all([echo.close(), full.close(), gated.stop()]);
  };
}
