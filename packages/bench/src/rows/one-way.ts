/**
 * Messages in one direction, over one connection: messages or payload bytes per second.
 * @module
 */

import type { Bench, Pair } from "../bench.ts";
import type { PayloadKind } from "../payload.ts";
import type { Timed } from "../workload.ts";
import { calibrate } from "./calibrate.ts";
import type { Aim, Figures, Row, Settings } from "./row.ts";

const OURS = ["peerkit-tcp", "peerkit-ws", "sealed-tcp", "sealed-ws"];
const RAW = ["raw-tcp", "raw-tcp-corked", "raw-ws", "raw-ws-corked"];
const OTHERS = ["geth", "libp2p-tcp", "libp2p-ws", "devp2p"];

interface OneWay {
  readonly name: string;
  readonly title: string;
  readonly kind: PayloadKind;
  /** In bytes. */
  readonly size: number;
  readonly metric: "messages" | "bytes";
  readonly contestants: readonly string[];
  readonly aims: readonly Aim[];
}

/** The one-way rows of the aims. */
export const oneWayRows: readonly Row[] = [
  oneWay({
    name: "one-way-32",
    title: "32 B messages, one way",
    kind: "random",
    size: 32,
    metric: "messages",
    contestants: [...OURS, ...RAW, ...OTHERS],
    aims: [
      ...atLeast("peerkit-tcp", { "libp2p-tcp": 5, devp2p: 25, geth: 1, "raw-tcp": 1.2 }),
      ...atLeast("peerkit-ws", { "libp2p-ws": 9 }),
      ...atLeast("sealed-tcp", { "libp2p-tcp": 12 }),
    ],
  }),
  oneWay({
    name: "random-1k",
    title: "1 KB of random bytes, one way",
    kind: "random",
    size: 1024,
    metric: "bytes",
    contestants: [...OURS, ...RAW, ...OTHERS],
    aims: atLeast("peerkit-tcp", { "libp2p-tcp": 2.5, devp2p: 20 }),
  }),
  oneWay({
    name: "random-64k",
    title: "64 KB of random bytes, one way",
    kind: "random",
    size: 65_536,
    metric: "bytes",
    contestants: [...OURS, "sha3", "raw-tcp", "raw-ws", ...OTHERS],
    aims: [
      ...atLeast("peerkit-tcp", { sha3: 0.45, "libp2p-tcp": 0.75, devp2p: 18, geth: 0.7 }),
      ...atLeast("peerkit-ws", { "libp2p-ws": 0.9 }),
      ...atLeast("sealed-tcp", { "libp2p-tcp": 4 }),
      ...atLeast("sealed-ws", { "raw-ws": 0.85 }),
    ],
  }),
  oneWay({
    name: "text-64k",
    title: "64 KB of text, one way",
    kind: "text",
    size: 65_536,
    metric: "bytes",
    contestants: [...OURS, "raw-tcp", "raw-ws", ...OTHERS],
    aims: atLeast("peerkit-tcp", { "libp2p-tcp": 2.4, devp2p: 12 }),
  }),
];

/** The sizes, in bytes, of the plot. */
export const SIZES = [32, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576] as const;

/** The cost against message size: one figure for each size. */
export const sizesRow: Row = {
  name: "sizes",
  title: "Random bytes, one way, by message size",
  metrics: SIZES.map((size) => ({ key: `${size}`, title: sizeText(size), unit: "MB/s" })),
  contestants: ["peerkit-tcp", "peerkit-ws", "sealed-tcp", "raw-tcp", "raw-ws", ...OTHERS],
  aims: [],
  maxRounds: 3,
  async prepare(contestant, bench, settings) {
    const pair = await bench.startPair(contestant);
    const counts = new Map<number, number>();
    for (const size of SIZES) {
      const send = (count: number) => sendOneWay(pair, "random", size, count);
      counts.set(size, await calibrate(settings.sampleMs / 2, send));
    }
    return async () => {
      const figures: Record<string, number> = {};
      for (const [size, count] of counts) {
        const { seconds } = await sendOneWay(pair, "random", size, count);
        figures[`${size}`] = (size * count) / seconds / 1e6;
      }
      return figures;
    };
  },
};

/** A size in words: `32 B`, `64 KB`, `1 MB`. */
export function sizeText(bytes: number): string {
  if (bytes >= 1_048_576) return `${bytes / 1_048_576} MB`;
  return bytes >= 1024 ? `${bytes / 1024} KB` : `${bytes} B`;
}

/** Aims of one contestant: at least so many times each of the others. */
export function atLeast(contestant: string, others: Readonly<Record<string, number>>): Aim[] {
  const entries = Object.entries(others);
  return entries.map(([than, times]) => ({ contestant, metric: "rate", than, atLeast: times }));
}

/** Times `count` messages over a pair's first link. */
export function sendOneWay(
  pair: Pair,
  kind: PayloadKind,
  size: number,
  count: number,
): Promise<Timed> {
  return pair.client.request<Timed>({ cmd: "oneWay", kind, size, count });
}

function oneWay(row: OneWay): Row {
  const { name, title, contestants, aims } = row;
  const unit = row.metric === "bytes" ? "MB/s" : "messages/s";
  return {
    name,
    title,
    metrics: [{ key: "rate", title: "rate", unit }],
    contestants,
    aims,
    prepare: (contestant, bench, settings) => prepare(row, contestant, bench, settings),
  };
}

async function prepare(
  { kind, size, metric }: OneWay,
  contestant: string,
  bench: Bench,
  { sampleMs }: Settings,
): Promise<() => Promise<Figures>> {
  const pair = await bench.startPair(contestant);
  const count = await calibrate(sampleMs, (n) => sendOneWay(pair, kind, size, n));
  const each = metric === "bytes" ? size / 1e6 : 1;
  return async () => {
    const { seconds } = await sendOneWay(pair, kind, size, count);
    return { rate: (each * count) / seconds };
  };
}
