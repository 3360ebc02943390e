import type { RelayStats } from "@peerkit/relay/server";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { registerStats } from "./metrics.ts";

test("a relay's numbers are read when they are asked for", async () => {
  const stats: RelayStats = {
    peers: 3,
    reservations: 2,
    pipes: 1,
    rooms: 1,
    members: 2,
    neighbours: 1,
    accounts: 4,
    circuits: 5,
    onward: 3,
    answered: 2,
    bridges: 6,
    opened: 7,
    bytes: 8,
    refusals: { NotAllowed: 2 },
    ends: { InOrder: 1, Stalled: 3 },
  };
  const relay = { stats };
  const registry = new Registry();
  registerStats(relay, registry);
  await registry.metrics();
  relay.stats = { ...stats, peers: 9, bytes: 80 };
  const lines = (await registry.metrics()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "peerkit_relay_peers 9",
      "peerkit_relay_neighbours 1",
      "peerkit_relay_onward_total 3",
      "peerkit_relay_bytes_total 80",
      'peerkit_relay_refusals_total{reason="NotAllowed"} 2',
      'peerkit_relay_ends_total{reason="Stalled"} 3',
    ]),
  );
});
