/**
 * What a side can be asked to do, and how the dialing side does it.
 * @module
 */

import type { ListenSetup } from "../link.ts";
import type { PayloadKind } from "../payload.ts";
import type { Workload } from "../workload.ts";

/** A command and its arguments. */
export type Request =
  | { readonly cmd: "usage" | "cpuTime" | "disconnect" }
  | ({ readonly cmd: "listen" } & ListenSetup)
  | ({ readonly cmd: "connect" | "handshakes"; readonly address: string } & Parallel)
  | { readonly cmd: "connectTimes"; readonly address: string; readonly count: number }
  | ({ readonly cmd: "allAtOnce"; readonly links: number } & Sizes)
  | ({ readonly cmd: "oneWay"; readonly kind: PayloadKind } & Sizes)
  | ({ readonly cmd: "roundTrips"; readonly pauseMs?: number } & Sizes)
  | ({ readonly cmd: "spread"; readonly links: number; readonly burst: number } & Sizes)
  | ({ readonly cmd: "pings" } & Sizes)
  | { readonly cmd: "floodPings"; readonly ms: number }
  | ({ readonly cmd: "stopReading" } & Sizes)
  | FloodRequest;

/** Fresh connections that only begin a handshake. */
export interface FloodRequest {
  readonly cmd: "floodHandshakes";
  readonly address: string;
  readonly ms: number;
  readonly perSecond: number;
}

interface Parallel {
  readonly count: number;
  readonly atOnce: number;
}

interface Sizes {
  readonly size: number;
  readonly count: number;
}

/** The longest that a request may take, in ms: far more than any does. */
const TIMEOUT_MS = 120_000;

/** The same for one that connects: ten thousand times, at the slowest pace. */
const CONNECT_TIMEOUT_MS = 1_200_000;

const CONNECTING: readonly Request["cmd"][] = ["listen", "connect", "handshakes"];

/** How long a request may take, in ms. */
export function timeoutOf({ cmd }: Request): number {
  return CONNECTING.includes(cmd) ? CONNECT_TIMEOUT_MS : TIMEOUT_MS;
}

/** What is told when it took longer. */
export function timeoutText(request: Request): string {
  return `"${request.cmd}" took more than ${timeoutOf(request) / 1000} s`;
}

/** Runs a request of the dialing side. Rejects for one that isn't the dialing side's. */
export async function runRequest(workload: Workload, request: Request): Promise<unknown> {
  switch (request.cmd) {
    case "connect":
      return workload.connect(request.address, request.count, request.atOnce);
    case "disconnect":
      return workload.disconnect();
    case "handshakes":
      return workload.handshakes(request.address, request.count, request.atOnce);
    case "connectTimes":
      return workload.connectTimes(request.address, request.count);
    case "allAtOnce":
      return workload.allAtOnce(request.links, request.size, request.count);
    case "oneWay":
      return workload.oneWay(request);
    case "roundTrips":
      return workload.roundTrips(request.size, request.count, request.pauseMs);
    case "spread":
      return workload.spread(request.links, request.size, request.burst, request.count);
    case "pings":
      return workload.pings(request.size, request.count);
    case "stopReading":
      return workload.stopReading(request.size, request.count);
    case "floodPings":
      return workload.floodPings(request.ms);
    default:
      throw new RangeError(`the dialing side has no "${request.cmd}"`);
  }
}
