/**
 * @module
 */

import { expect, test } from "vitest";
import { documentFiles } from "./document.ts";
import type { Results, RowResult } from "./results.ts";

const seven = (value: number) => Array.from({ length: 7 }, () => value);

const handshakes: RowResult = {
  name: "handshakes",
  title: "Handshakes, one after another",
  metrics: [{ key: "rate", title: "handshakes", unit: "/s" }],
  aims: [{ contestant: "peerkit-tcp", metric: "rate", than: "devp2p", atLeast: 8 }],
  cells: [
    { contestant: "peerkit-tcp", samples: { rate: seven(200) } },
    { contestant: "devp2p", samples: { rate: seven(20) } },
    { contestant: "geth", samples: {}, skipped: "needs Go" },
  ],
};

const sizes: RowResult = {
  name: "sizes",
  title: "By size",
  metrics: [{ key: "1024", title: "1 KB", unit: "MB/s" }],
  aims: [],
  cells: [{ contestant: "peerkit-tcp", samples: { "1024": seven(64) } }],
};

const results: Results = {
  started: "2026-01-02T03:04:05.000Z",
  minutes: 31.5,
  settings: { rounds: 7, sampleMs: 1000, watchMs: 5000, connections: 1000 },
  machine: {
    cpu: "A | B",
    cores: 2,
    memoryGiB: 8,
    system: "linux",
    load: [0.1, 0.2, 0.3],
    versions: { Node: "v20.19.0" },
  },
  rows: [handshakes, sizes],
};

const files = documentFiles(results);
const page = files.get("docs/performance.md") ?? "";

test("every plot that the page shows is written, and no other", () => {
  const shown = [...page.matchAll(/\]\((performance\/[^)]+)\)/g)].map((m) => `docs/${m[1]}`);
  expect(shown).toEqual([
    "docs/performance/handshakes.svg",
    "docs/performance/sizes-rate.svg",
    "docs/performance/sizes-cost.svg",
  ]);
  expect([...files.keys()].sort()).toEqual(["docs/performance.md", ...shown].sort());
});

test("the page has each aim with what was measured and the verdict", () => {
  expect(page).toContain(
    "| Handshakes, one after another | peerkit, TCP ≥ 8.00× @ethereumjs/devp2p | 10.0 (10.0–10.0) | met |",
  );
});

test("the page says who wasn't measured, and why", () => {
  expect(page).toContain("go-ethereum: not measured (needs Go).");
});

test("the page has the machine's state, with nothing that breaks its table", () => {
  expect(page).toContain("| processor | A \\| B, 2 cores |");
  expect(page).toContain("| load average at the start | 0.1, 0.2, 0.3 |");
  expect(page).toContain("| Node | v20.19.0 |");
});

test("the time for one message is its size divided by the rate", () => {
  // 1024 B at 64 MB/s take 16 µs: in the decade from 10 to 100, a fifth above its lower end.
  const cost = files.get("docs/performance/sizes-cost.svg") ?? "";
  const marks = [...cost.matchAll(/text-anchor="end">([\d.]+)</g)].map((m) => m[1]);
  expect(marks).toEqual(["10", "100"]);
});
