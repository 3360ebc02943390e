/**
 * How long the simulated network takes for many servers, all of them in this process.
 * @module
 */

import { simulate } from "../simulation.ts";
import type { Row } from "./row.ts";

/** Peers of each server. */
const PEERS = 8;

/** Virtual time that passes once all are connected, in ms. */
const IDLE_MS = 60_000;

/** A run of as many servers as there are connections elsewhere, with 8 peers each. */
export const simulationRow: Row = {
  name: "simulation",
  title: `Simulated servers with ${PEERS} peers each: connecting, a virtual minute, stopping`,
  metrics: [
    { key: "servers", title: "servers", unit: "" },
    { key: "connect", title: "connecting", unit: "s" },
    { key: "idle", title: "a minute", unit: "s" },
    { key: "stop", title: "stopping", unit: "s" },
    { key: "all", title: "in all", unit: "s" },
    { key: "cpu", title: "processor time", unit: "s" },
    { key: "memory", title: "memory", unit: "MB" },
  ],
  contestants: ["simulated"],
  aims: [],
  maxRounds: 3,
  onlyByName: true,
  async prepare(_contestant, _bench, { connections: servers }) {
    return async () => {
      const simulated = await simulate({ servers, peers: PEERS, ms: IDLE_MS });
      const { seconds, cpuSeconds: cpu, rssBytes } = simulated;
      const all = seconds.connect + seconds.idle + seconds.stop;
      return { servers, ...seconds, all, cpu, memory: rssBytes / 1e6 };
    };
  },
};
