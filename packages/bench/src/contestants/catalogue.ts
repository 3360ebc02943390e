/**
 * Every contestant that runs in a Node process, by name.
 * @module
 */

import type { Contestant } from "../link.ts";
import { leaveNativeOut, requireNative } from "./native.ts";
import type { PeerkitOptions } from "./peerkit.ts";

/** Loads one contestant; only its own dependencies are loaded with it. */
type Load = () => Promise<Contestant>;

/** How each is made. */
export const LOADERS: Readonly<Record<string, Load>> = {
  "peerkit-tcp": () => ourTcp({}),
  "peerkit-tcp-limits": () => ourTcp({ defaultLimits: true }),
  "peerkit-tcp-workers": () => ourTcp({ defaultLimits: true, handshakeWorkers: 1 }),
  "peerkit-tcp-wasm": async () => {
    leaveNativeOut();
    return ourTcp({});
  },
  "peerkit-tcp-native": async () => {
    requireNative();
    return ourTcp({});
  },
  "peerkit-ws": () => ourWs({}),
  "sealed-tcp": () => ourTcp({ sealed: true }),
  "sealed-ws": () => ourWs({ sealed: true }),
  "raw-tcp": async () => (await import("./raw-tcp.ts")).rawTcp(),
  "raw-tcp-corked": async () => (await import("./raw-tcp.ts")).rawTcp({ corked: true }),
  "raw-ws": async () => (await import("./raw-ws.ts")).rawWs(),
  "raw-ws-corked": async () => (await import("./raw-ws.ts")).rawWs({ corked: true }),
  "stream-ws": async () => (await import("./stream.ts")).streamWs(),
  "pipe-ws": async () => (await import("./pipe.ts")).pipeWs(),
  "pipe-tcp": async () => (await import("./pipe.ts")).pipeTcp(),
  "splice-ws": async () => (await import("./splice.ts")).spliceWs(),
  "splice-tcp": async () => (await import("./splice.ts")).spliceTcp(),
  circuit: async () => (await import("./circuit.ts")).circuit(),
  "circuit-far": async () => (await import("./circuit.ts")).circuit(),
  devp2p: async () => (await import("./devp2p.ts")).devp2p(),
  "libp2p-tcp": async () => (await import("./libp2p.ts")).libp2p("tcp"),
  "libp2p-ws": async () => (await import("./libp2p.ts")).libp2p("ws"),
  sha3: async () => (await import("./sha3.ts")).sha3(),
};

type Variant = Pick<PeerkitOptions, "sealed" | "defaultLimits" | "handshakeWorkers">;

async function ourTcp(options: Variant): Promise<Contestant> {
  const [{ peerkit }, { tcp }] = await Promise.all([
    import("./peerkit.ts"),
    import("@peerkit/tcp"),
  ]);
  return peerkit({ transport: tcp(), listen: "tcp://127.0.0.1:0", ...options });
}

async function ourWs(options: Variant): Promise<Contestant> {
  const [{ peerkit }, { webSocket }] = await Promise.all([
    import("./peerkit.ts"),
    import("@peerkit/ws"),
  ]);
  return peerkit({ transport: webSocket(), listen: "ws://127.0.0.1:0", ...options });
}
