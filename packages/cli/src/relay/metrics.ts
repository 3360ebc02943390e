/**
 * A relay's numbers for Prometheus. No key, address or peer is in them.
 * @module
 */

import type { Relay, RelayStats } from "@peerkit/relay/server";
import type { Registry } from "prom-client";
import { Counter, Gauge } from "prom-client";

type Numbers = {
  [K in keyof RelayStats]: RelayStats[K] extends number ? K : never;
}[keyof RelayStats];

const GAUGES: readonly (readonly [Numbers, string])[] = [
  ["peers", "Connected nodes"],
  ["reservations", "Nodes that are reachable through the relay"],
  ["pipes", "Open pipes, and those that wait for their ends"],
  ["rooms", "Rooms that have members"],
  ["members", "Members of all rooms, here"],
  ["neighbours", "Other relays of its directory that are there"],
  ["accounts", "Keys, addresses and websites whose budgets are remembered"],
];

const COUNTERS: readonly (readonly [Numbers, string])[] = [
  ["circuits", "Pipes between two nodes that were asked for"],
  ["onward", "Pipes between two nodes that went on to another relay"],
  ["answered", "Pipes to a node here that another relay asked for"],
  ["bridges", "Pipes to TCP nodes that were asked for"],
  ["opened", "Pipes whose ends both came"],
  ["bytes", "Bytes through all pipes, both ways"],
];

const REASONS: readonly (readonly [keyof RelayStats & ("refusals" | "ends"), string])[] = [
  ["refusals", "Requests that were refused, by reason"],
  ["ends", "Pipes that ended, by reason"],
];

/** Adds a relay's numbers, `peerkit_relay_…`, to a registry; they are read when they are asked for. */
export function registerStats(relay: Pick<Relay, "stats">, registry: Registry): void {
  const registers = [registry];
  for (const [field, help] of GAUGES) {
    new Gauge({
      name: `peerkit_relay_${field}`,
      help,
      registers,
      collect() {
        this.set(relay.stats[field]);
      },
    });
  }
  for (const [field, help] of COUNTERS) {
    new Counter({
      name: `peerkit_relay_${field}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(relay.stats[field]);
      },
    });
  }
  for (const [field, help] of REASONS) {
    new Counter({
      name: `peerkit_relay_${field}_total`,
      help,
      labelNames: ["reason"],
      registers,
      collect() {
        this.reset();
        for (const [reason, count] of Object.entries(relay.stats[field])) {
          this.inc({ reason }, count);
        }
      },
    });
  }
}
