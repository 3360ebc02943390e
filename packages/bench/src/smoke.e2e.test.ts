/**
 * A tiny round of every contestant in real processes: that it can be measured, not how fast it is.
 * @module
 */

import { afterAll, describe, expect, test } from "vitest";
import { needs } from "../../../scripts/needs.mjs";
import { Bench, nodeFor } from "./bench.ts";
import { LOADERS } from "./contestants/catalogue.ts";
import { NotAvailableError } from "./link.ts";
import type { Usage } from "./sides/side.ts";
import type { Distribution, Timed } from "./workload.ts";

const go = needs("go");
process.env.PEERKIT_GO = go.path;

/** A first build of the Go program fetches and compiles go-ethereum. In ms. */
const BUILD_TIMEOUT = 600_000;

/** What this build, or this machine, need not have. */
const OPTIONAL = /^sealed|-native$/;

const bench = new Bench();
afterAll(() => bench.stop());

// What this Node is too old for is no test that waits to be run.
for (const name of Object.keys(LOADERS).filter(canRun)) {
  test.concurrent(`${name} can be measured`, () => measure(name));
}

describe.skipIf(go.missing)(`with Go${go.note}`, () => {
  test.concurrent("go-ethereum can be measured", { timeout: BUILD_TIMEOUT }, () => measure("geth"));
});

async function measure(name: string): Promise<void> {
  const pair = await bench.startPair(name).catch((error: unknown) => {
    if (OPTIONAL.test(name) && error instanceof NotAvailableError) return undefined;
    throw error;
  });
  if (pair === undefined) return;
  const { client, server, address } = pair;
  const size = 100;
  const sent = await client.request<Timed>({ cmd: "oneWay", kind: "text", size, count: 20 });
  expect(sent.seconds).toBeGreaterThan(0);
  const trips = await client.request<Distribution>({ cmd: "roundTrips", size, count: 2 });
  expect(trips.p50).toBeGreaterThan(0);
  if (name !== "sha3") await client.request({ cmd: "connect", address, count: 1, atOnce: 1 });
  expect((await server.request<Usage>({ cmd: "usage" })).rssBytes).toBeGreaterThan(1_000_000);
  await pair.stop();
}

function canRun(name: string): boolean {
  try {
    return nodeFor(name) !== "";
  } catch (error) {
    if (error instanceof NotAvailableError) return false;
    throw error;
  }
}
