/**
 * A user's page against the installed packages: everything a browser entry offers is named.
 * @module
 */

import type { ByteStream, Peer, Protocol, ServerOptions, Transport } from "@peerkit/core";
import * as core from "@peerkit/core";
import * as store from "@peerkit/core/store";
import * as testing from "@peerkit/core/testing";
import * as transportKit from "@peerkit/core/transport-kit";
import { webSocket } from "@peerkit/ws";
import * as protocols from "peerkit/protocols";

const transport: Transport = webSocket();
const options: ServerOptions = { transports: [transport] };
const server = new core.Server(options);

/** Connects and hands back who answered. */
export async function meet(url: string): Promise<Peer> {
  await server.start();
  return server.connect(url);
}

/** So that nothing is shaken off before its types were read. */
export const all = { core, store, testing, transportKit, protocols };
export type { ByteStream, Protocol };
