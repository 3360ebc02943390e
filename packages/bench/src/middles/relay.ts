/**
 * Our relay, without budgets: how much it can move is what is measured.
 * @module
 */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ScopeLimits } from "@peerkit/relay/server";
import { createRelay } from "@peerkit/relay/server";

const MANY = 100_000;

const UNLIMITED: ScopeLimits = {
  connectsPerSecond: Number.POSITIVE_INFINITY,
  connectBurst: Number.POSITIVE_INFINITY,
  pipes: Number.POSITIVE_INFINITY,
  pendingPipes: Number.POSITIVE_INFINITY,
  reservations: Number.POSITIVE_INFINITY,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  bytesPerDay: Number.POSITIVE_INFINITY,
};

/** Starts one, at a server that listens already where that is given; resolves to its address. */
export async function listenRelay(server?: Server): Promise<string> {
  const port = (server?.address() as AddressInfo | undefined)?.port ?? 0;
  const relay = createRelay({
    ...(server && { server }),
    listen: [`ws://127.0.0.1:${port}/p2p`],
    maxPeers: MANY,
    maxPendingPeers: MANY,
    maxReservations: MANY,
    maxPipes: MANY,
    limits: { perKey: UNLIMITED, perAddress: UNLIMITED, perOrigin: UNLIMITED },
    dangerouslyAllowNetworks: ["127.0.0.0/8"],
  });
  await relay.start();
  return relay.urls[0] ?? "";
}
