/**
 * What a connection feels of a peer beside it that asks for much and reads nothing.
 * @module
 */

import { BOUNDED, besideAims, besideFigures, besideMetrics, roundTrips } from "./beside.ts";
import type { Row } from "./row.ts";

/** Twice what a server keeps for a peer that doesn't read: the rest it refuses. */
const ASKED = { size: 65_536, count: 512 } as const;

/** Round trips of one peer while another one's answers wait to be read. */
export const unreadRow: Row = {
  name: "flood-unread",
  title: "Round trips beside a peer that reads none of 32 MB of answers",
  metrics: besideMetrics("alone", "beside it"),
  contestants: [BOUNDED],
  aims: besideAims([BOUNDED]),
  async prepare(contestant, bench, { watchMs }) {
    const pair = await bench.startPair(contestant);
    const { address } = pair;
    const other = await bench.startSide(contestant);
    const ms = watchMs / 2;
    await roundTrips(pair, ms / 4);
    return async () => {
      const quiet = await roundTrips(pair, ms);
      await other.request({ cmd: "connect", address, count: 1, atOnce: 1 });
      await other.request({ cmd: "stopReading", ...ASKED });
      const beside = await roundTrips(pair, ms);
      await other.request({ cmd: "disconnect" });
      return besideFigures(quiet, beside);
    };
  },
};
