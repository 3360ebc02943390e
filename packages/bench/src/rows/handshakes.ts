/**
 * Connecting, until the application may send, and leaving again.
 * @module
 */

import type { Timed } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import { atLeast } from "./one-way.ts";
import type { Aim, Row } from "./row.ts";

const CONTESTANTS = [
  "peerkit-tcp-wasm",
  "peerkit-tcp-native",
  "peerkit-ws",
  "sealed-tcp",
  "raw-tcp",
  "raw-ws",
  "geth",
  "libp2p-tcp",
  "libp2p-ws",
  "devp2p",
];

/** The two handshake rows. */
export const handshakeRows: readonly Row[] = [
  handshakes("handshakes", "Handshakes, one after another", 1, [
    ...atLeast("peerkit-tcp-wasm", { "libp2p-tcp": 1.5, devp2p: 8 }),
    ...atLeast("peerkit-tcp-native", { "libp2p-tcp": 4, devp2p: 20 }),
  ]),
  handshakes("handshakes-50", "Handshakes, 50 at once", 50, []),
];

function handshakes(name: string, title: string, atOnce: number, aims: readonly Aim[]): Row {
  return {
    name,
    title,
    metrics: [{ key: "rate", title: "handshakes", unit: "/s" }],
    contestants: CONTESTANTS,
    aims,
    async prepare(contestant, bench, { sampleMs }) {
      const { client, address } = await bench.startPair(contestant, 0);
      const run = (count: number) =>
        client.request<Timed>({ cmd: "handshakes", address, count, atOnce });
      // Fewer than that many would not all run at once.
      const count = Math.max(atOnce, await calibrate(sampleMs, run));
      return async () => ({ rate: count / (await run(count)).seconds });
    },
  };
}
