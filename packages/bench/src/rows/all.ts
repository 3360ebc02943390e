/**
 * Every row, in the order of the table.
 * @module
 */

import { connectionsRow } from "./connections.ts";
import { handshakeRows } from "./handshakes.ts";
import { idleRows } from "./idle.ts";
import { floodRows, pingsRow } from "./latency.ts";
import { oneWayRows, sizesRow } from "./one-way.ts";
import { relayPeerRows } from "./relay-peers.ts";
import { pipeRows } from "./relay-pipes.ts";
import { roundTripsRow } from "./round-trips.ts";
import type { Row } from "./row.ts";
import { simulationRow } from "./simulation.ts";
import { soakRow } from "./soak.ts";
import { tabRow } from "./tab.ts";
import { unreadRow } from "./unread.ts";

/** All rows. */
export const ROWS: readonly Row[] = [
  ...handshakeRows,
  roundTripsRow,
  ...oneWayRows,
  tabRow,
  ...idleRows,
  connectionsRow,
  sizesRow,
  pingsRow,
  ...floodRows,
  unreadRow,
  ...pipeRows,
  ...relayPeerRows,
  soakRow,
  simulationRow,
];
