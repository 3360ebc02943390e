/**
 * A relay that shares its nodes and rooms with others: prints its address. Its argument is the NATS
 * server that they have in common.
 * @module
 */

import { createRelay } from "@peerkit/relay/server";
import { natsDirectory } from "@peerkit/relay-nats";

const [servers = "nats://127.0.0.1:4222"] = process.argv.slice(2);

const relay = createRelay({
  listen: ["ws://127.0.0.1:0/p2p"], // to others it says so, or what pipeUrl says
  directory: natsDirectory({ servers }),
});
await relay.start();
console.log(relay.urls.join("\n"));
