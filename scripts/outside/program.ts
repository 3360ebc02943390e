/**
 * A user's Node program in TypeScript against the installed packages.
 * @module
 */

import type { Peer } from "@peerkit/core";
import * as core from "@peerkit/core";
import * as store from "@peerkit/core/store";
import * as testing from "@peerkit/core/testing";
import * as transportKit from "@peerkit/core/transport-kit";
import * as relaying from "@peerkit/relay";
import * as relayServer from "@peerkit/relay/server";
import * as relayTesting from "@peerkit/relay/testing";
import * as relayNats from "@peerkit/relay-nats";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import * as protocols from "peerkit/protocols";

const server = new core.Server({
  transports: [tcp(), webSocket()],
  listen: ["tcp://127.0.0.1:0", "ws://127.0.0.1:0/"],
});

/** Connects and hands back who answered. */
export async function meet(url: string): Promise<Peer> {
  await server.start();
  return server.connect(url);
}

/** So that every entry's types are read. */
export const all = {
  core,
  relaying,
  relayNats,
  relayServer,
  relayTesting,
  store,
  testing,
  transportKit,
  protocols,
};
