/**
 * The wiki's example in Node: without an argument it listens and prints its addresses; with an
 * address it dials, prints the answer to "foo", and ends.
 * @module
 */

import { Server, simpleClientIdentity } from "@peerkit/core";
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { createMyProtocol } from "peerkit/protocols";

const address = process.argv[2];

const myProtocol = createMyProtocol((text) => {
  console.log("recv:", text);
  if (address !== undefined) void server.stop();
});

const server = new Server({
  name: simpleClientIdentity("my-p2p", "1.0"),
  maxPeers: 10,
  transports: [tcp(), webSocket()],
  listen: address === undefined ? ["tcp://127.0.0.1:0", "ws://127.0.0.1:0"] : [],
  protocols: [myProtocol],
});

await server.start();
if (address === undefined) console.log(server.urls.join("\n"));
else await server.connect(address);
