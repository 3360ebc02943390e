/**
 * A relay: prints its address. Its arguments are the TCP nodes that it may dial.
 * @module
 */

import { createRelay } from "@peerkit/relay/server";

const relay = createRelay({
  listen: ["ws://127.0.0.1:0/p2p"],
  allow: process.argv.slice(2), // enode://KEY@host:port: exactly these, and no others
});
await relay.start();
console.log(relay.urls.join("\n"));
